/**
 * What takes a while says so: the button that sent a form cannot be pressed a second time, and a line
 * at the foot of the window says what is being done, until the answer is here.
 */

/** What is quicker needs no words. */
const quickMs = 400;

/** What is being done: its button, its line, and whether the answer is another page. */
let doing;

/** Marks the pressed button; again, after something has drawn its part of the page again. */
export function showBusy() {
  if (!doing) return;
  // Not `disabled`: that takes the focus away, and Firefox keeps it when the page is opened again.
  doing.button.setAttribute('aria-disabled', 'true');
  doing.button.setAttribute('aria-busy', 'true');
}

function begin(button, isLeaving) {
  end(doing);
  const line = document.createElement('p');
  line.className = 'busy';
  line.setAttribute('role', 'status');
  // Outside of what the server sends again while the page is open.
  document.body.append(line);
  const sentence = describe(button);
  const timer = window.setTimeout(() => {
    line.textContent = sentence;
  }, quickMs);
  doing = { button, line, timer, isLeaving };
  showBusy();
  return doing;
}

function end(what) {
  if (!what || what !== doing) return;
  window.clearTimeout(what.timer);
  what.button.removeAttribute('aria-disabled');
  what.button.removeAttribute('aria-busy');
  what.line.remove();
  doing = undefined;
}

function describe(button) {
  const sentence = button.dataset.busy ?? button.form?.dataset.busy;
  return sentence?.trim() ?? `“${button.textContent.trim()}” is in progress. Please wait.`;
}

// Before any other script sees it.
document.addEventListener(
  'submit',
  (event) => {
    const { method } = /** @type {HTMLFormElement} */ (event.target);
    if (!doing || method !== 'post') return;
    if (!doing.isLeaving && event.submitter !== doing.button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

document.addEventListener('submit', ({ defaultPrevented, target, submitter: button }) => {
  const form = /** @type {HTMLFormElement} */ (target);
  if (!defaultPrevented && form.method === 'post' && button) begin(button, true);
});

/** Another script answers by itself, without leaving the page; `detail` is the promise of its end. */
document.addEventListener('busy', (/** @type {CustomEvent} */ { target: button, detail: work }) => {
  const what = begin(button, false);
  void work.finally(() => end(what));
});

// The page as it was left, by the back button: its answer came long ago.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) end(doing);
});
