/** The page of the API: its own address in the examples, buttons that copy them, the way back. */

const PLACE = "lenet-place"; // the same in address.js
const SAID = 2000; // milliseconds that a button says that it has copied
const home = new URL(".", location.href).href;

for (const place of document.querySelectorAll(".address")) place.textContent = home;

for (const example of document.querySelectorAll(".example")) {
  const copier = document.createElement("button");
  copier.type = "button";
  copier.textContent = "Copy";
  copier.addEventListener("click", async () => {
    const text = example.querySelector("code");
    if (!text) return;
    try {
      await navigator.clipboard.writeText(text.textContent);
      copier.textContent = "Copied";
      setTimeout(() => (copier.textContent = "Copy"), SAID);
    } catch {
      getSelection()?.selectAllChildren(text); // browsers give no clipboard over plain HTTP
    }
  });
  example.append(copier);
}

try {
  // The drawing and the models are in the fragment.
  const back = /** @type {HTMLAnchorElement} */ (document.getElementById("back"));
  back.href = home + (sessionStorage.getItem(PLACE) ?? "");
} catch {
  // Without storage the page begins anew.
}
