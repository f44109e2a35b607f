// Keyboard use of a list of cases: j and k move, x picks, Enter opens, / searches. Nothing happens while somebody types.
const rows = () => [...document.querySelectorAll("[data-keys] tbody tr")];

function current() {
  return document.querySelector("[data-keys] tbody tr[data-here]");
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  current()?.removeAttribute("data-here");
  next.setAttribute("data-here", "");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a, input")?.focus({ preventScroll: true });
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  Enter: () => current()?.querySelector("a")?.click(),
  "/": () => document.querySelector("input[type=search]")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (!document.querySelector("[data-keys]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const act = keys[event.key];
  if (!act || (event.key === "Enter" && event.target.closest("a, button"))) return;
  event.preventDefault();
  act();
});
