// Asks every data-retry-seconds whether the address in data-retry works again,
// and goes there as soon as it does. Announces only the change, not each attempt.
const box = document.querySelector('[data-retry]');
if (box) {
  const url = box.dataset.retry;
  const count = box.querySelector('[data-retry-count]');
  const status = box.querySelector('[role=status]');
  const pause = box.dataset.retrySeconds * 1000;
  let n = 0;
  box.hidden = false;

  const attempt = async () => {
    // A page that nobody looks at need not knock.
    if (!document.hidden) {
      n++;
      try {
        // A redirect is an answer: the way to the provider is open again.
        const r = await fetch(url, { redirect: 'manual', cache: 'no-store', headers: { Accept: 'application/json' } });
        if (r.ok || r.type === 'opaqueredirect') {
          status.textContent = 'It answers now. Going on.';
          location.replace(url);
          return;
        }
        count.textContent = `Tried ${n} ${n === 1 ? 'time' : 'times'}, no answer yet.`;
      } catch {
        count.textContent = 'This app itself does not answer now.';
      }
    }
    setTimeout(attempt, pause);
  };
  setTimeout(attempt, pause);
}
