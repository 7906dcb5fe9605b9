/** Counts `data-seconds-left` down; at the end the page shows the result. */
const openedAtMs = window.performance.now();
const openedAtWallMs = Date.now();

/** The monotonic clock stands still while the machine sleeps, the other one may be set back. */
function elapsedSeconds() {
  const { performance } = window;
  return Math.max(performance.now() - openedAtMs, Date.now() - openedAtWallMs) / 1_000;
}

/** The server rolls back at zero: a little later the page can show the result. */
const graceSeconds = 2;

function count() {
  /** @type {NodeListOf<HTMLElement>} */
  const elements = document.querySelectorAll('[data-seconds-left]');
  for (const element of elements) {
    const left = Number(element.dataset.secondsLeft) - elapsedSeconds();
    if (left > 0) element.textContent = `${Math.ceil(left)} s`;
    else if (left < -graceSeconds) {
      window.clearInterval(timer);
      location.reload();
    }
  }
}

const timer = window.setInterval(count, 1_000);
