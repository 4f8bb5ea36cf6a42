// Sends requests from the forms of the documentation page and shows the responses. The token is kept in its field only.

const token = document.getElementById("token");

function target(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.append(input.name, input.value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function request(form) {
  const body = form.querySelector("textarea")?.value;
  const headers = {};
  if ("token" in form.dataset && token.value !== "") headers.authorization = `Bearer ${token.value.trim()}`;
  return { method: form.dataset.method, headers, credentials: "omit", ...(body ? { body } : {}) };
}

async function send(form) {
  const output = form.querySelector("output");
  output.textContent = "…";
  try {
    const answer = await fetch(target(form), request(form));
    const text = await answer.text();
    let shown = text;
    try {
      const value = JSON.parse(text);
      shown = JSON.stringify(value, null, 2);
      if (answer.ok && typeof value.access_token === "string") token.value = value.access_token;
    } catch {
      // Not JSON: show the text unchanged.
    }
    output.textContent = `${answer.status}\n${shown}`;
  } catch (error) {
    output.textContent = String(error);
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.querySelector("button").disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
