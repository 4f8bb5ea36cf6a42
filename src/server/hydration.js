const leaveToBrowser = (event) => {
  if (event.type === "submit" || event.target.closest?.("a")) event.stopImmediatePropagation();
};
const giveUp = () => {
  for (const type of ["click", "submit"]) addEventListener(type, leaveToBrowser, true);
  for (const button of document.querySelectorAll("[type=submit]:disabled")) button.disabled = false;
};
const hushTrap = (event) => {
  if ((event.error ?? event.reason) instanceof WebAssembly.RuntimeError) event.preventDefault();
};
addEventListener("wasm-panic", () => {
  giveUp();
  for (const type of ["error", "unhandledrejection"]) addEventListener(type, hushTrap);
});
init({ module_or_path: wasm }).then(hydrate).catch((error) => {
  giveUp();
  throw error;
});
