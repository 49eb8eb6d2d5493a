// Runs before the first paint: a theme that was chosen in this browser is there from the first frame.
const chosen = localStorage.getItem("ownplug.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
