// A classic script in the head: the chosen scheme holds before anything is painted.
(() => {
  try {
    const chosen = localStorage.getItem("lenet-scheme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.scheme = chosen;
  } catch {
    // No storage: the system's scheme it is.
  }
})();
