// Runs before the first paint. Later changes are made by src/app/theme.ts, which reads the same key.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("fanlight.theme");
  } catch (error) {
    // Storage can be forbidden; the system's choice is then the only one.
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
