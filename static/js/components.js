// Progressive enhancement of the components. Every page works without it.
import { dialogs } from "./dialog.js";
import { drops } from "./drop.js";

function menus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const opener = document.querySelector("[data-drawer][aria-expanded=true]");
    if (opener) drawer(opener, false);
  });
}

function drawer(opener, open) {
  opener.setAttribute("aria-expanded", String(open));
  document.getElementById(opener.dataset.drawer).toggleAttribute("data-open", open);
  if (!open) opener.focus();
}

function drawers() {
  for (const opener of document.querySelectorAll("[data-drawer]")) {
    opener.addEventListener("click", () => drawer(opener, opener.getAttribute("aria-expanded") !== "true"));
  }
}

function themes() {
  const root = document.documentElement;
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
    button.addEventListener("click", () => {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      button.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch {
        // Not remembered then.
      }
    });
  }
}

function copies() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

function fills() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) {
      const field = document.querySelector(`[name="${name}"]`);
      if (field) field.value = value;
    }
    document.querySelector("main form [type=submit]").focus();
  });
}

// A box with data-picks-all ticks every box named in it within the same form or table.
function ticks() {
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-picks-all]");
    if (!all) return;
    const scope = all.closest("form, table");
    for (const box of scope.querySelectorAll(`input[type=checkbox][name="${all.dataset.picksAll}"]`)) {
      box.checked = all.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

// "/" leads to the search field, as on most desks.
function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
    const field = document.querySelector("input[type=search]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });
}

menus();
drawers();
themes();
copies();
fills();
ticks();
keys();
dialogs();
drops();
document.querySelector("[data-focus]")?.focus();
