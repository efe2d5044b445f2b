// The login flow: what its buttons ask the server for happens here at once, and
// Actions can be dragged. The order is in the form's hidden fields, as without
// this script; Apply is an ordinary submit.

const form = document.getElementById("flow");
const flow = form.querySelector("[data-flow]");
const palette = form.querySelector("[data-palette]");
const live = document.querySelector("[data-live]");
const dirty = document.querySelector("[data-dirty]");
const apply = document.querySelector("[data-apply]");
const nothing = flow.querySelector("[data-nothing]");
const complete = flow.querySelector(".end:last-child");
const base = [...form.querySelectorAll("input[name=base]")].map((field) => field.value).join();

const cards = () => [...flow.querySelectorAll(".node")];
const item = (id) => palette?.querySelector(`[data-id="${CSS.escape(id)}"]`);
const button = (node, op) => node.querySelector(`[data-op=${op}]`);
const isDirty = () => cards().map((card) => card.dataset.id).join() !== base;
const place = (card) => `position ${cards().indexOf(card) + 1} of ${cards().length}`;

// A screen reader speaks a text that changes; the same text again needs a gap.
function say(text) {
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 30);
}

// What follows from the order: which buttons can be pressed, what can be dragged.
function refresh() {
  const all = cards();
  all.forEach((card, i) => {
    card.draggable = true;
    button(card, "up").disabled = i === 0;
    button(card, "down").disabled = i === all.length - 1;
  });
  for (const entry of palette?.children ?? []) {
    const add = button(entry, "add");
    if (!add) continue; // never deployed
    const inFlow = all.some((card) => card.dataset.id === entry.dataset.id);
    entry.draggable = !inFlow;
    add.disabled = inFlow;
    add.textContent = inFlow ? "In flow" : "Add";
    add.setAttribute("aria-label", inFlow ? `In flow: ${entry.dataset.name}` : `Add ${entry.dataset.name}`);
  }
  nothing.hidden = all.length > 0;
  dirty.hidden = !isDirty();
  apply.disabled = !isDirty();
  note(all.map((card) => card.dataset.id));
}

// The server is told of an order that is not applied, as it is without this script:
// it can then say so to somebody who misses a claim. One after the other, and if one
// is lost that answer is a little less exact.
let noted = base;
let notes = Promise.resolve();
function note(order) {
  if (order.join() === noted) return;
  noted = order.join();
  const body = new URLSearchParams(order.map((id) => ["order", id]));
  notes = notes.then(() => fetch(`${form.getAttribute("action")}/pending`, { method: "POST", body, keepalive: true })).catch(() => {});
}

function makeCard(entry) {
  const { id, name, url, version } = entry.dataset;
  const card = document.getElementById("card").content.firstElementChild.cloneNode(true);
  card.dataset.id = id;
  card.dataset.name = name;
  card.dataset.testid = `flow-${name}`;
  card.querySelector("[data-text]").textContent = name;
  card.querySelector("a").href = url;
  card.querySelector("input").value = id;
  const tag = document.createElement("span");
  tag.className = "tag std";
  tag.textContent = `v${version}`;
  card.querySelector(".what").append(tag);
  for (const b of card.querySelectorAll("[data-op]")) {
    b.value = `${b.dataset.op}:${id}`;
    b.setAttribute("aria-label", `${b.textContent} ${name}`);
  }
  return card;
}

function add(entry, before = complete) {
  const card = makeCard(entry);
  before.before(card);
  refresh();
  say(`${entry.dataset.name} added, ${place(card)}.`);
  return card;
}

function move(card, by) {
  const all = cards();
  const other = all[all.indexOf(card) + by];
  if (!other) return;
  if (by < 0) other.before(card); else other.after(card);
  refresh();
  say(`${card.dataset.name} moved to ${place(card)}.`);
}

// The focus stays on the button that was pressed, or goes to its neighbour when
// that can't be pressed any more.
function focusOn(card, op) {
  const wanted = button(card, op);
  (wanted.disabled ? card.querySelector("[data-op]:enabled") : wanted).focus();
}

function remove(card) {
  const { id, name } = card.dataset;
  card.remove();
  refresh();
  say(`${name} removed from the flow.`);
  const back = item(id) && button(item(id), "add");
  if (back && back.checkVisibility()) back.focus();
  else (flow.querySelector("[data-op]:enabled") ?? document.getElementById("tab-custom")).focus();
}

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-op]");
  if (!pressed) return;
  event.preventDefault();
  const card = pressed.closest(".node");
  switch (pressed.dataset.op) {
    case "add": focusOn(add(pressed.closest("li")), "remove"); break;
    case "up": move(card, -1); focusOn(card, "up"); break;
    case "down": move(card, 1); focusOn(card, "down"); break;
    case "remove": remove(card); break;
  }
});

flow.addEventListener("keydown", (event) => {
  const card = event.target.closest(".node");
  if (!card || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  const focused = event.target;
  move(card, event.key === "ArrowUp" ? -1 : 1);
  // Moving an element in the document takes the focus from what is in it.
  if (focused.disabled) card.querySelector("[data-op]:enabled").focus(); else focused.focus();
});

// Dragging. One Action at a time, from the palette or from the flow itself.
let carried = null;
const clear = () => { for (const node of flow.querySelectorAll(".over")) node.classList.remove("over"); };
// The card that the pointer is above the middle of, or the end.
const below = (event) => cards().find((card) => {
  const box = card.getBoundingClientRect();
  return card !== carried && event.clientY < box.top + box.height / 2;
}) ?? complete;

form.addEventListener("dragstart", (event) => {
  carried = event.target.closest?.("[draggable=true]") ?? null;
  if (!carried) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", carried.dataset.name);
  carried.classList.add("carried");
});
const canvas = flow.closest(".canvas");
canvas.addEventListener("dragover", (event) => {
  if (!carried) return; // a file, or text of another page
  event.preventDefault();
  clear();
  below(event).classList.add("over");
});
canvas.addEventListener("dragleave", (event) => { if (!canvas.contains(event.relatedTarget)) clear(); });
canvas.addEventListener("drop", (event) => {
  if (!carried) return;
  event.preventDefault();
  const before = below(event);
  if (palette?.contains(carried)) {
    add(carried, before);
  } else {
    before.before(carried);
    refresh();
    say(`${carried.dataset.name} moved to ${place(carried)}.`);
  }
});
form.addEventListener("dragend", () => {
  carried?.classList.remove("carried");
  carried = null;
  clear();
});

// The palette's tabs (ARIA Authoring Practices, "Tabs").
const tabs = [...form.querySelectorAll("[role=tab]")];
function choose(tab) {
  for (const t of tabs) {
    const chosen = t === tab;
    t.setAttribute("aria-selected", String(chosen));
    t.tabIndex = chosen ? 0 : -1;
    document.getElementById(t.getAttribute("aria-controls")).hidden = !chosen;
  }
}
tabs.forEach((tab, i) => {
  tab.type = "button";
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = tabs[(i + by + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
});
choose(tabs.find((tab) => tab.getAttribute("aria-selected") === "true"));

const filter = form.querySelector("[data-filter]");
if (filter) {
  filter.hidden = false;
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const entry of palette.children) entry.hidden = !entry.dataset.name.toLowerCase().includes(wanted);
  });
  // Enter would press the form's first button, which is Apply.
  filter.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}

// Leaving with an order that was not applied asks first; Discard has been asked for.
let leaving = false;
form.addEventListener("submit", () => { leaving = true; });
for (const link of document.querySelectorAll("[data-discard]")) link.addEventListener("click", () => { leaving = true; note(base ? base.split(",") : []); });
addEventListener("pageshow", () => { leaving = false; });
addEventListener("beforeunload", (event) => { if (!leaving && isDirty()) event.preventDefault(); });

refresh();
