/**
 * Server-sent events that do not stay away: opened again whenever they end, and also when nothing
 * is heard any more, as when the server's machine has lost its power.
 */
const silenceMs = 12_000;
const retryMs = 3_000;

/**
 * @template Events
 * @typedef {{ [Name in keyof Events]: (data: Events[Name]) => void }} Listeners
 */

/**
 * @param {string | URL} url of the events
 * @param {Record<string, (data: any) => void>} listeners by event name: called with the event's data
 * @param {(reason: string) => void} onLost called with a sentence that says why, as far as it can be
 *   told, at each failure
 */
export function connect(url, listeners, onLost) {
  let source;
  let heardAtMs;
  let retryTimer;

  function open() {
    source?.close();
    window.clearTimeout(retryTimer);
    heardAtMs = Date.now();
    source = new EventSource(url);
    for (const [name, listener] of Object.entries(listeners)) {
      source.addEventListener(name, (event) => {
        heardAtMs = Date.now();
        listener(JSON.parse(event.data));
      });
    }
    source.addEventListener('error', lose);
  }

  async function lose() {
    source.close();
    window.clearTimeout(retryTimer);
    retryTimer = setTimeout(open, retryMs);
    onLost('');
    onLost(await findReason(url));
  }

  window.setInterval(() => {
    if (Date.now() - heardAtMs > silenceMs && source.readyState === EventSource.OPEN) lose();
  }, 1_000);
  window.addEventListener('pagehide', () => {
    window.clearTimeout(retryTimer);
    source.close();
  });
  // Back in the history, where the browser kept this page as it was.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) open();
  });
  open();
}

/** An EventSource does not tell what it was answered. */
async function findReason(url) {
  const request = new window.AbortController();
  try {
    // As the EventSource asks: it is no use of the session.
    const headers = { accept: 'text/event-stream' };
    const answer = await fetch(url, { headers, redirect: 'manual', signal: request.signal });
    if (answer.type === 'opaqueredirect') return 'You are logged out: reload this page to log in.';
    return answer.status === 503 ? 'Too many live pages are open: close one of them.' : '';
  } catch {
    return '';
  } finally {
    request.abort();
  }
}
