// The log follows the logins. What is new comes from this same page, with its search
// and escaped by the server; the stream only says that there is something.

const follow = document.querySelector("[data-live]");
const state = document.getElementById("live");
const pause = document.getElementById("pause");
const news = document.getElementById("news");
let paused = false;
let waiting = false; // there is something new, and this tab is not looked at
let leaving = false;
let found = null;    // rows that wait for the reader

function say(text, on) {
  state.textContent = text;
  state.classList.toggle("on", on);
}

// look asks for the page again and takes the rows that are not here yet.
async function look() {
  if (paused || document.hidden) { waiting = true; return; }
  waiting = false;
  let page;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) throw new Error(answer.status);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    say("The server did not answer. Is mockidp still running?", false);
    return;
  }
  const rows = document.getElementById("rows");
  const fresh = page.getElementById("rows");
  if (!fresh) return; // nothing fits the search
  if (!rows) { location.reload(); return; } // the first ones
  for (const counts of document.querySelectorAll("[data-counts]")) { // how many there are, by type and in all
    const now = page.querySelector(`[data-counts="${counts.dataset.counts}"]`);
    if (now && !counts.contains(document.activeElement)) counts.replaceWith(document.adoptNode(now));
  }
  const here = new Set([...rows.children].map((row) => row.dataset.seq));
  found = [...fresh.children].filter((row) => !here.has(row.dataset.seq));
  if (found.length === 0) return;
  // A reader further down, or with the focus in the list, is not moved.
  if (scrollY < 80 && !rows.contains(document.activeElement)) { add(); return; }
  if (!news) { add(); return; }
  news.querySelector("button").textContent = found.length === 1 ? "1 new login" : `${found.length} new logins`;
  news.hidden = false;
}

function add() {
  const rows = document.getElementById("rows");
  for (const row of found) {
    // The same login, as it was: it has gone on, or was tried again.
    for (const old of [...rows.children]) if (old.dataset.id === row.dataset.id) old.remove();
    row.classList.add("new");
    document.adoptNode(row);
  }
  rows.prepend(...found);
  rows.dispatchEvent(new Event("added", { bubbles: true }));
  state.textContent = found.length === 1 ? "Live, 1 new login" : `Live, ${found.length} new logins`;
  found = null;
  if (news) news.hidden = true;
}

news?.querySelector("button").addEventListener("click", () => {
  add();
  document.querySelector("#rows a").focus(); // and so it is in view
});

// Browsers open six connections to a server at most, for all tabs together: the
// seventh tab with a stream of its own would hang. So one tab has the stream and
// tells the others. Who is next takes it over when that tab is closed.
const tabs = new BroadcastChannel("mockidp" + follow?.dataset.live);
tabs.addEventListener("message", (event) => {
  if (event.data === "logins") look();
  else say(event.data ? "Live" : "Not live: trying again", event.data);
});

function stream() {
  return new Promise((over) => {
    const source = new EventSource(follow.dataset.live);
    const tell = (what) => {
      tabs.postMessage(what);
      if (what === "logins") look();
      else say(what ? "Live" : "Not live: trying again", what);
    };
    source.addEventListener("open", () => { tell(true); if (stream.again) tell("logins"); stream.again = true; });
    source.addEventListener("error", () => {
      tell(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(over, 5000);
    });
    source.addEventListener("logins", () => tell("logins"));
    addEventListener("pagehide", () => { source.close(); over(); }, { once: true });
  });
}

addEventListener("pagehide", () => { leaving = true; });

if (follow) {
  setTimeout(look, 1000); // what has come since the server wrote this page
  state.hidden = pause.hidden = false;
  say("Live", true);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    say(paused ? "Paused" : "Live", !paused);
    if (!paused && waiting) look();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && waiting) look(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (navigator.locks) {
    const lead = async () => { while (!leaving) await navigator.locks.request(tabs.name, () => leaving || stream()); };
    lead();
  } else { // plain http on a LAN: no locks, so a tab has a stream while it is looked at
    let source = null;
    const open = () => {
      source?.close();
      source = null;
      if (document.hidden) return;
      source = new EventSource(follow.dataset.live);
      source.addEventListener("open", () => say("Live", true));
      source.addEventListener("error", () => say("Not live: trying again", false));
      source.addEventListener("logins", look);
      look();
    };
    document.addEventListener("visibilitychange", open);
    open();
  }
}
