// Comforts for pages that work without them: local times, copying, a banner in time.

// Times are sent in UTC; only the browser knows the reader's zone.
for (const t of document.querySelectorAll('time[datetime]')) {
  const d = new Date(t.dateTime);
  if (isNaN(d)) continue;
  t.title = t.textContent;
  t.textContent = d.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

// <button hidden data-copy="id"> copies the text of the element with that id.
for (const b of document.querySelectorAll('[data-copy]')) {
  const from = document.getElementById(b.dataset.copy);
  const said = b.parentElement.querySelector('[role=status]');
  if (!from) continue;
  b.hidden = false;
  b.addEventListener('click', async () => {
    said.textContent = '';
    try {
      await navigator.clipboard.writeText(from.textContent);
      said.textContent = 'Copied';
    } catch {
      // No clipboard on plain http away from localhost, or no permission.
      getSelection().selectAllChildren(from);
      from.focus();
      said.textContent = 'Selected: press Ctrl+C or ⌘C';
    }
  });
}

// The banner of an ID token that expires while the page is open.
for (const b of document.querySelectorAll('[data-expires]')) {
  const wait = () => {
    const left = new Date(b.dataset.expires) - Date.now();
    if (left <= 0) b.hidden = false;
    // A browser counts to 24 days at most, and not at all while it sleeps.
    else setTimeout(wait, Math.min(left, 60_000));
  };
  wait();
}
