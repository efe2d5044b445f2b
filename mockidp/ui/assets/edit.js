// The editor's page: unsaved text is not lost by leaving the page or by closing
// the browser, and an error's line is found.

const form = document.getElementById("editor");
const code = document.getElementById("code");
const saved = form.hasAttribute("data-unsaved") ? null : code.value; // null: what the page came with is not saved either
const key = "mockidp draft " + form.getAttribute("action");
let leaving = false;

const isDirty = () => code.value !== saved;

// A copy in this browser, for the case that the browser goes away.
const keep = () => {
  try {
    if (isDirty()) localStorage.setItem(key, JSON.stringify({ code: code.value, at: Date.now() }));
    else localStorage.removeItem(key);
  } catch { /* storage is full or off: the text is still in the page */ }
};
code.addEventListener("input", keep);
form.addEventListener("submit", () => { leaving = true; });
addEventListener("beforeunload", (event) => { if (!leaving && isDirty()) event.preventDefault(); });
addEventListener("pageshow", () => { leaving = false; });

// Offer back what an earlier visit has left.
const left = (() => {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
})();
if (left && left.code !== code.value && saved !== null) {
  const note = document.getElementById("left");
  note.querySelector("time").textContent = new Date(left.at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  note.hidden = false;
  note.querySelector("[data-take]").addEventListener("click", () => {
    code.value = left.code;
    code.dispatchEvent(new Event("input", { bubbles: true }));
    note.hidden = true;
    code.focus();
  });
  note.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(key);
    note.hidden = true;
    code.focus();
  });
} else {
  keep();
}

// Select the line that an error names.
const line = Number(code.dataset.line);
if (line > 0) {
  const lines = code.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  code.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
}
