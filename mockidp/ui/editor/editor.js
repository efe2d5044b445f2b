// The code editor: CodeMirror in place of the text field "code", which stays in
// the form and is kept the same. bundle.go makes ../assets/editor.js of this.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, snippetCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript, javascriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { linter, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const field = document.getElementById("code");
const form = field.form;
const plainKey = "mockidp plain text box"; // in localStorage: who prefers the text field

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-call)" },
]);

// Everything else is in dashboard.css; this is what CodeMirror's own sheet would win over.
const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--raised)" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "1px" },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--text)", padding: "10px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--inset)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--chosen)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--code-selection)" },
  ".cm-selectionMatch": { backgroundColor: "var(--code-selection)" },
  ".cm-tooltip, .cm-panels": { color: "var(--text)", backgroundColor: "var(--raised)", border: "1px solid var(--edge)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--on-accent)", backgroundColor: "var(--accent)" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
});

// What can be completed stands on the page already, under Help and Secrets; the
// server has it from the runtime's own tables.
function completions(context) {
  const word = context.matchBefore(/[\w$.]*$/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const options = [];
  for (const element of form.querySelectorAll("[data-insert]")) {
    const path = element.dataset.insert || element.textContent;
    const call = path.match(/^([\w.]+)\((.*)\)$/);
    if (call) {
      const fields = call[2] ? call[2].split(", ").map((name) => "${" + name + "}").join(", ") : "";
      options.push(snippetCompletion(`${call[1]}(${fields})`, { label: call[1], detail: `(${call[2]})`, type: "method" }));
    } else {
      options.push({ label: path, detail: element.parentElement.querySelector(".quiet")?.textContent, type: "property" });
    }
  }
  for (const element of form.querySelectorAll("[data-secret]")) {
    options.push({ label: `event.secrets.${element.dataset.secret}`, type: "property" });
  }
  return { from: word.from, options, validFor: /^[\w$.]*$/ };
}

// A line that has failed in a test: it stays marked until the text changes.
let failed = null;

// problems asks the server, which compiles as Deploy does.
async function problems(view) {
  const text = view.state.doc;
  if (failed?.text.eq(text)) return [failed.mark];
  let answer;
  try {
    answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams({ code: text.toString() }) });
  } catch {
    return []; // the server is away: Deploy will say so
  }
  if (!answer.ok) return [];
  const list = await answer.json();
  if (failed?.text.eq(text)) return [failed.mark]; // it failed meanwhile
  return list.map(({ line, column, message }) => {
    const at = text.line(Math.min(Math.max(line, 1), text.lines));
    const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
    return { from, to: Math.max(from, at.to), severity: "error", message };
  });
}

function mount() {
  const host = document.createElement("div");
  host.className = "code-editor";
  field.before(host);
  const view = new EditorView({
    parent: host,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(), foldGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        autocompletion(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), lintGutter(), linter(problems, { delay: 600 }),
        javascript(), javascriptLanguage.data.of({ autocomplete: completions }), indentUnit.of("  "), syntaxHighlighting(colours), look,
        EditorView.cspNonce.of(document.querySelector("meta[name=style-nonce]").content),
        EditorView.contentAttributes.of({ "aria-label": "Action code", "aria-describedby": "code-hint", tabindex: "0" }),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => true }])), // the page runs the test
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          field.value = update.state.doc.toString();
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }),
      ],
    }),
  });
  field.hidden = true;
  field.focus = () => view.focus(); // for whoever sends the focus to the text
  const replaced = () => {
    if (field.value !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: field.value } });
  };
  const inserted = (event) => {
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.detail));
    view.focus();
  };
  const marked = ({ detail }) => {
    if (detail.line < 1 || detail.line > view.state.doc.lines) return;
    const at = view.state.doc.line(detail.line);
    failed = { text: view.state.doc, mark: { from: at.from, to: at.to, severity: "error", message: detail.message } };
    view.dispatch(setDiagnostics(view.state, [failed.mark]));
    view.dispatch({ effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  };
  const labelled = () => view.focus();
  const label = document.querySelector("label[for=code]");
  field.addEventListener("replaced", replaced);
  field.addEventListener("insert", inserted);
  field.addEventListener("mark", marked);
  label.addEventListener("click", labelled);

  const line = Number(field.dataset.line);
  if (line > 0 && line <= view.state.doc.lines) {
    const at = view.state.doc.line(line);
    view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  }
  return () => {
    field.removeEventListener("replaced", replaced);
    field.removeEventListener("insert", inserted);
    field.removeEventListener("mark", marked);
    label.removeEventListener("click", labelled);
    delete field.focus;
    view.destroy();
    host.remove();
    field.hidden = false;
  };
}

// The switch between the two, for who prefers the plain text field: some screen
// readers, and telephones.
let unmount = null;
const hint = document.getElementById("code-hint");
const toggle = document.createElement("button");
toggle.type = "button";
toggle.className = "link";
toggle.addEventListener("click", () => {
  const plain = unmount !== null;
  try { localStorage.setItem(plainKey, plain ? "1" : ""); } catch { /* not remembered, then */ }
  use(plain);
  field.focus();
});
function use(plain) {
  if (plain) { unmount?.(); unmount = null; } else { unmount = mount(); }
  toggle.textContent = plain ? "Use the code editor" : "Use a plain text box";
  hint.textContent = plain ? "" : "Tab indents. Esc, then Tab, leaves the editor. Ctrl+Space completes. ";
  hint.append(toggle);
  hint.hidden = false;
}
let plain = false;
try { plain = localStorage.getItem(plainKey) === "1"; } catch { /* storage is off */ }
use(plain);
