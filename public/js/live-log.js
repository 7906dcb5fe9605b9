/**
 * Puts new lines of the log on top of the page as they are written. A line is data: it becomes text
 * in a row that the server's template made, never markup.
 */
import { connect } from './connection.js';

/** @import { LogEvents } from '../../server/web/pages/logs/log-events.ts' */
/** @import { Listeners } from './connection.js' */

/** What the page and the lines that wait hold at most; all of it is in the log. */
const mostRows = 5_000;

const panel = document.getElementById('log-live');
const button = panel.querySelector('button');
const status = panel.querySelector('[role="status"]');
const lines = document.getElementById('log-lines');
const body = lines.querySelector('tbody');
const url = new window.URL(panel.dataset.events, window.location.href);

/** Rows that came while the page was paused, oldest first; undefined: it is not paused. */
let waiting;
/** Why nothing new may be shown: the log cannot be read, or the connection is lost. */
let problem = '';
let loss = '';

/** @param {import('../../server/web/pages/logs/log-row.ts').LogRow} line */
function makeRow({ time, full, process, message, known }) {
  const id = known ? 'log-row-known' : 'log-row';
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const row = /** @type {Element} */ (template.content.firstElementChild.cloneNode(true));
  const fill = (selector, text) => {
    row.querySelector(selector).textContent = text;
  };
  fill('time', time);
  if (full) Object.assign(row.querySelector('time'), { dateTime: full.iso, title: full.text });
  fill('.process', process);
  fill('.text', message);
  if (!known) return row;
  const { mark, explanation, whatToDo } = known;
  row.querySelector('.mark').classList.replace('tone-mute', mark.tone);
  fill('.shape', mark.shape);
  fill('.word', mark.word);
  fill('.explanation', explanation);
  if (whatToDo) fill('.what-to-do span', whatToDo);
  else row.querySelector('.what-to-do').remove();
  return row;
}

function makeGapRow() {
  return makeRow({
    time: '',
    process: '',
    message: 'The log was replaced here: some lines before these may be missing on this page.',
  });
}

const textOf = (row, selector) => row?.querySelector(selector)?.textContent;

/** What says the same as the newest line is counted there, as the server folds it. */
function fold(row) {
  const [newest] = body.rows;
  const isRepeated = ['.text', '.process'].every(
    (selector) => textOf(newest, selector) === textOf(row, selector),
  );
  if (!isRepeated) {
    const isSameTime = textOf(newest, 'time') === textOf(row, 'time') && textOf(row, 'time') !== '';
    newest?.querySelector('.when').classList.toggle('same', isSameTime);
    body.prepend(row);
    return;
  }
  const count = Number(newest.dataset.count ?? 1) + 1;
  const since = newest.dataset.since ?? textOf(newest, 'time');
  const repeated = /** @type {HTMLElement} */ (newest.querySelector('.repeated'));
  const time = row.querySelector('time');
  newest.querySelector('time').replaceWith(time);
  const span = since === time.textContent ? '' : ` since ${since}`;
  Object.assign(newest.dataset, { count, since });
  repeated.textContent = `${count} times${span}`;
  repeated.hidden = false;
}

function show(rows) {
  if (rows.length === 0) return;
  lines.hidden = false;
  document.getElementById('log-empty')?.remove();
  for (const row of rows) fold(row);
  if (body.rows.length <= mostRows) return;
  while (body.rows.length > mostRows) body.lastElementChild.remove();
  // It leads to what is before the rows that have just been taken off.
  document.getElementById('log-older')?.remove();
}

function showStatus() {
  button.textContent = waiting ? 'Follow' : 'Pause';
  const state = waiting
    ? `Paused. New lines: ${waiting.length === mostRows ? `more than ${mostRows}` : waiting.length}.`
    : 'New lines appear here at once.';
  const text = loss || problem || state;
  if (status.textContent !== text) status.textContent = text;
}

button.addEventListener('click', () => {
  if (waiting?.length === mostRows) {
    window.location.reload();
    return;
  }
  const rows = waiting;
  waiting = waiting ? undefined : [];
  if (rows) show(rows);
  showStatus();
});

connect(
  url,
  /** @satisfies {Listeners<LogEvents>} */ ({
    lines({ isGap, after, rows }) {
      // Where to go on when the connection is lost.
      url.searchParams.set('after', after);
      loss = '';
      const made = [...(isGap ? [makeGapRow()] : []), ...rows.map(makeRow)];
      if (waiting) waiting = [...waiting, ...made].slice(0, mostRows);
      else show(made);
      showStatus();
    },
    heartbeat({ day }) {
      // The rows say “today”.
      if (day !== panel.dataset.day && !waiting) window.location.reload();
      loss = '';
      showStatus();
    },
    problem({ message }) {
      problem = message;
      showStatus();
    },
  }),
  (reason) => {
    loss = `The connection to this page is lost; new lines are missing here. ${reason}`;
    showStatus();
  },
);
panel.hidden = false;
showStatus();
