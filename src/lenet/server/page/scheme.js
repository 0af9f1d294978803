// A blocking script in the head, so that the chosen scheme holds before the first paint.
(() => {
  try {
    const chosen = localStorage.getItem("lenet-scheme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.scheme = chosen;
  } catch {
    // Without storage the system's scheme holds.
  }
})();
