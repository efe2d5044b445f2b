// The editor's page. Its buttons post the whole form; here the panes do it
// without a new page, unsaved text survives leaving and a crash, and an error's
// line is found.

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
form.addEventListener("submit", (event) => { if (!event.defaultPrevented) leaving = true; });
addEventListener("beforeunload", (event) => { if (!leaving && isDirty()) event.preventDefault(); });
addEventListener("pageshow", () => { leaving = false; });

// replaceCode sets the text, also where an editor stands in for the text field.
function replaceCode(text) {
  code.value = text;
  code.dispatchEvent(new Event("input", { bubbles: true }));
  code.dispatchEvent(new CustomEvent("replaced"));
}

// Offer back what an earlier visit has left.
const left = (() => {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
})();
if (left && left.code !== code.value && saved !== null) {
  const note = document.getElementById("left");
  note.querySelector("time").textContent = new Date(left.at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  note.hidden = false;
  note.querySelector("[data-take]").addEventListener("click", () => {
    replaceCode(left.code);
    note.remove();
    code.focus();
  });
  note.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(key);
    note.remove();
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

// The tabs of the panes (ARIA Authoring Practices, "Tabs").
function show(tab) {
  for (const t of form.querySelectorAll("[role=tab]")) {
    const chosen = t === tab;
    t.setAttribute("aria-selected", String(chosen));
    t.tabIndex = chosen ? 0 : -1;
    document.getElementById(t.getAttribute("aria-controls")).hidden = !chosen;
  }
  form.elements.pane.value = tab.dataset.show;
}

// What has to be done again after the panes were replaced.
function prepare() {
  const tabs = [...form.querySelectorAll("[role=tab]")];
  for (const tab of tabs) tab.type = "button";
  show(tabs.find((tab) => tab.getAttribute("aria-selected") === "true"));
  for (const hint of form.querySelectorAll("[data-scripted]")) hint.hidden = false;
  for (const path of form.querySelectorAll("code[data-insert]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link mono";
    button.dataset.insert = path.textContent;
    button.textContent = path.textContent;
    path.replaceWith(button);
  }
}
prepare();

form.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[role=tab]");
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!tab || !by) return;
  event.preventDefault();
  const tabs = [...form.querySelectorAll("[role=tab]")];
  const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
  show(next);
  next.focus();
});

form.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) show(tab);
  const insert = event.target.closest("button[data-insert]");
  if (insert) {
    // The code editor, when it is there, has a cursor of its own.
    const event = new CustomEvent("insert", { detail: insert.dataset.insert, cancelable: true });
    if (code.dispatchEvent(event)) {
      code.setRangeText(insert.dataset.insert, code.selectionStart, code.selectionEnd, "end");
      replaceCode(code.value);
      code.focus();
    }
  }
});

// Buttons that change nothing but the panes: the answer is the whole page, and
// the parts of it that may differ are put in place.
const parts = ["status", "notes", "panes"];
form.addEventListener("submit", async (event) => {
  const pressed = event.submitter;
  if (!pressed?.hasAttribute("data-swap")) return;
  event.preventDefault();
  leaving = false;
  const panes = document.getElementById("panes");
  panes.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", headers: { Accept: "text/html" }, body: new URLSearchParams(new FormData(form, pressed)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("panes")) throw new Error(problem(page) ?? answer.statusText);
    for (const id of parts) document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
    form.elements.base.value = page.querySelector("#editor [name=base]").value;
    prepare();
    const failed = document.querySelector("#result [data-mark]");
    if (failed) code.dispatchEvent(new CustomEvent("mark", { detail: { line: Number(failed.dataset.mark), message: failed.dataset.message } }));
    const again = [...form.elements].find((e) => e.name === pressed.name && e.value === pressed.value);
    (document.querySelector("main [autofocus]") ?? again ?? document.getElementById("panes").querySelector("[role=tab][aria-selected=true]")).focus();
  } catch (error) {
    panes.removeAttribute("aria-busy");
    const note = document.createElement("p");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.textContent = error instanceof TypeError ? "The server did not answer. Is it still running?" : error.message;
    document.getElementById("notes").replaceChildren(note);
  }
});

// problem is what an error page says, on one line; undefined for another page.
function problem(page) {
  const text = (part) => page.querySelector(`main ${part}`)?.textContent.trim();
  return text(".note") && `${text("h1")}. ${text(".note")} Request id: ${text("[data-testid=request-id]")}`;
}

// Ctrl+Enter runs the test, from wherever the focus is on this page.
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  show(document.getElementById("tab-test"));
  form.requestSubmit(form.querySelector("[data-run]"));
});
