for (const type of ["keydown", "keyup"]) {
  addEventListener(type, (event) => {
    if (!event.target.matches?.("input[autocomplete*=password]")) return;
    const text = event.getModifierState?.("CapsLock") ? document.documentElement.dataset.capsLock : "";
    event.target.parentElement.dataset.capsLock = text;
  });
}
