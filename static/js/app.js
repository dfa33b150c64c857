/* Small help on top of pages that work without it. */

/* After a failed form the list of what to check is read first. */
document.querySelector("[data-autofocus]")?.focus();

/* Esc, or a click elsewhere, closes an open menu; focus goes back to where it came from. */
const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;

  /* <a href="/confirm-page" data-dialog="id">: the page's own dialog where there is one. */
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
});

/* A link in the error summary takes the caret along, also into a list of choices. */
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errsum a[href^='#']");
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  (target.closest(".field") ?? target).scrollIntoView();
  target.focus({ preventScroll: true });
});

/* The name and size of a chosen file, in the reader's own way of writing figures. */
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[type=file][data-file]")) return;
  const line = event.target.nextElementSibling;
  if (!line?.matches(".file-chosen")) return;
  const language = document.documentElement.lang || "fi";
  const unit = language === "fi" ? "t" : "B";
  const size = (bytes) =>
    bytes < 1e6
      ? `${Math.max(1, Math.round(bytes / 1e3))} k${unit}`
      : `${(bytes / 1e6).toLocaleString(language, { maximumFractionDigits: 1 })} M${unit}`;
  line.textContent = [...event.target.files].map((file) => `${file.name} (${size(file.size)})`).join(", ");
  line.hidden = !line.textContent;
});

/* Paper shows what the screen keeps folded. */
addEventListener("beforeprint", () => document.querySelectorAll("details.data").forEach((part) => (part.open = true)));
