// What every page of the dashboard gets on top of its forms and links. None of
// it is needed: without it a time reads UTC, and a text is copied by hand.

// Times in the reader's zone; the exact one stays as the title.
function times(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    time.title = time.textContent;
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = at.toLocaleString(undefined, today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "medium" });
  }
}
times(document);
// A script that adds to the page says so.
document.addEventListener("added", (event) => times(event.target));

// Copy buttons are shown only where they do something.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      // Browsers keep the clipboard from pages on plain http, localhost excepted.
      getSelection().selectAllChildren(source);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// A menu closes when the focus or a click goes elsewhere, and with Escape.
for (const menu of document.querySelectorAll("details.drop")) {
  const close = (event) => { if (!menu.contains(event.target)) menu.open = false; };
  document.addEventListener("click", close);
  document.addEventListener("focusin", close);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// A link to a form's page opens the dialog that holds the same form, when it is here.
for (const link of document.querySelectorAll("a[data-dialog]")) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog) continue;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const menu of document.querySelectorAll("details.drop[open]")) menu.open = false;
    dialog.showModal();
  });
}
for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    button.closest("dialog").close();
  });
}

// The key / moves to the search of a list. It can be turned off, for people who dictate
// (WCAG 2.1.4), and is left alone where somebody types.
const find = document.querySelector("form.find input[type=search]");
const slash = document.querySelector("[data-slash]");
if (find && slash) {
  let on = true;
  try { on = localStorage.getItem("slash") !== "off"; } catch { /* no storage: it is on */ }
  const tell = () => {
    slash.textContent = on ? "Key / is on" : "Key / is off";
    if (on) find.setAttribute("aria-keyshortcuts", "/"); else find.removeAttribute("aria-keyshortcuts");
  };
  tell();
  slash.hidden = false;
  slash.addEventListener("click", () => {
    on = !on;
    try { localStorage.setItem("slash", on ? "on" : "off"); } catch { /* it holds for this page */ }
    tell();
  });
  document.addEventListener("keydown", (event) => {
    if (!on || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    event.preventDefault(); // no / in the field, and no search of the browser's own
    find.focus();
    find.select();
  });
}
