// A form with the class `passkey` is shown where the browser has passkeys. Before it is posted, the browser asks the user.
// They belong to a host with a name, not to an IP address.
if (window.PublicKeyCredential?.parseRequestOptionsFromJSON && !/^[\d.]+$|:/.test(location.hostname)) {
  document.documentElement.classList.add("passkeys");
  let offer;
  const ask = async (form, more) => {
    const answer = await fetch(form.dataset.begin, {
      method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    if (answer.status === 403) location.assign(`/account/confirm?next=${encodeURIComponent(location.pathname)}`);
    if (!answer.ok) return;
    const { options, state } = JSON.parse(await answer.json());
    const isNew = "rp" in options;
    const credential = isNew
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...more });
    // The answer, and what the user has entered beside it.
    const beside = (name) => document.querySelector(`main [name=${name}]:is(:not([type=checkbox]), :checked)`)?.value;
    const fields = { credential: JSON.stringify(credential), state, next: beside("next"), remember: beside("remember"), name: beside("name") };
    for (const [name, value] of Object.entries(fields)) {
      if (value) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    form.submit();
  };
  const askOr = (form, more) => ask(form, more).catch((error) => {
    // The user has declined, or chosen another way.
    if (!["NotAllowedError", "AbortError", "InvalidStateError"].includes(error.name)) throw error;
  });
  addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.passkey") || form.elements.credential) return;
    event.preventDefault();
    offer?.abort();
    askOr(form, {});
  });
  const login = document.querySelector("form.passkey[action$=log_in_by_passkey]");
  if (login && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    const repeat = () => {
      offer?.abort();
      offer = new AbortController();
      askOr(login, { mediation: "conditional", signal: offer.signal });
    };
    repeat();
    // What was begun expires after five minutes.
    setInterval(repeat, 270_000);
  }
}
