/**
 * Keeps the parts of a page that are marked `data-live` true while it is open: asks for the page
 * again and exchanges what changed. When no answer comes it says so: an old status must not look
 * like a new one.
 */
const everyMs = 5_000;
const timeoutMs = 10_000;

async function refresh() {
  try {
    const answer = await fetch(location.href, { signal: window.AbortSignal.timeout(timeoutMs) });
    if (answer.redirected || !answer.ok) throw new Error('no status page');
    const fresh = new window.DOMParser().parseFromString(await answer.text(), 'text/html');
    exchange(liveParts(fresh));
    warn(false);
  } catch {
    warn(true);
  }
}

const liveParts = (root) => [...root.querySelectorAll('[data-live]')];

function exchange(freshParts) {
  liveParts(document).forEach((part, index) => {
    const fresh = freshParts[index];
    const isUsed = part.contains(document.activeElement);
    if (fresh && !isUsed && fresh.textContent !== part.textContent) part.replaceWith(fresh);
  });
}

function warn(isOutOfTouch) {
  document.getElementById('out-of-touch')?.remove();
  if (!isOutOfTouch) return;
  const notice = document.createElement('p');
  notice.id = 'out-of-touch';
  notice.className = 'notice tone-bad';
  notice.role = 'alert';
  notice.textContent =
    'This page gets no answer from the server any more. What it shows is old: reload the page.';
  document.querySelector('main h1').after(notice);
}

let isLeaving = false;

async function refreshIfSeen() {
  if (document.visibilityState === 'visible' && !isLeaving) await refresh();
}

async function keepLive() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    await refreshIfSeen();
  }
}

keepLive();
document.addEventListener('visibilitychange', refreshIfSeen);
// The message about what the form did is for the page that comes, not for a refresh of this one.
document.addEventListener('submit', () => {
  isLeaving = true;
});
// Back in the history, where the browser kept this page as it was.
window.addEventListener('pageshow', () => {
  isLeaving = false;
});
