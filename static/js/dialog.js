// Dialogs: a button with data-opens shows one, data-closes or Escape ends it; the browser keeps the focus inside.
export function dialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.opens).showModal();
      return;
    }
    event.target.closest("[data-closes]")?.closest("dialog").close();
  });
}
