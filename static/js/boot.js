// Runs before anything is painted: tells the styles that scripts work and which theme was chosen.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be closed to us; the page is then light.
}
