const themes = document.querySelector("form.theme");
themes.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = event.submitter;
  document.documentElement.dataset.theme = chosen.value;
  for (const button of themes.querySelectorAll("button")) button.ariaPressed = String(button === chosen);
  fetch(themes.action, { method: "POST", body: new URLSearchParams({ theme: chosen.value }) });
});
