/**
 * Keeps the status page true while it is open. The server sends the part of the page that changes,
 * made by the same template, at each change; here it is put in place, said aloud and shown on the
 * tab. When the connection is lost the page says so: an old status must not look like a new one.
 */
import { showBusy } from './busy.js';
import { hideConnectionLost, showConnectionLost } from './connection-notice.js';
import { connect } from './connection.js';
import { formatDuration } from './format-duration.js';
import { parsePart, showPart } from './live-part.js';
import { ownAddress } from './own-address.js';

/** @import { StatusPageEvents } from '../../server/web/updates/stream-events.ts' */
/** @import { Listeners } from './connection.js' */

const live = document.getElementById('live');
const announcer = document.getElementById('live-announcer');
/** @type {HTMLLinkElement} */
const icon = document.querySelector('link[rel="icon"]');
/** By the server's clock, as every other time on the page. */
const openedAtMs = Number(live.dataset.now);

/** The server's clock, as last told, and what ours were then. */
let told = { serverMs: Number(live.dataset.now), monotonicMs: 0, wallMs: 0 };
let newsAtMs;
/** When the last sign of life came before the connection was lost; undefined: it is not lost. */
let lostSinceMs;
let heardAtMs;

/** The monotonic clock stands still while the machine sleeps, the other one may be set back. */
function serverNowMs() {
  const { serverMs, monotonicMs, wallMs } = told;
  return serverMs + Math.max(window.performance.now() - monotonicMs, Date.now() - wallMs);
}

function hear(serverMs) {
  told = { serverMs, monotonicMs: window.performance.now(), wallMs: Date.now() };
  heardAtMs = serverMs;
  if (lostSinceMs === undefined) return;
  lostSinceMs = undefined;
  hideConnectionLost();
  delete live.dataset.old;
  showTab();
  say(['The connection to this page is back.']);
}

function show(html) {
  const wanted = parsePart(html);
  const known = announcementsIn(live);
  const news = announcementsIn(wanted).filter((sentence) => !known.includes(sentence));
  const isChange = news.length > 0 || announcementsIn(wanted).length !== known.length;
  showPart(live, wanted);
  showBusy();
  hear(Number(live.dataset.now));
  if (isChange) newsAtMs = Number(live.dataset.now);
  if (news.length > 0) say(news);
  showTab();
  showTimes();
}

const announcementsIn = (root) =>
  [...root.querySelectorAll('[data-announcement]')].map(({ dataset }) => dataset.announcement);

function say(sentences) {
  announcer.textContent = sentences.join('. ');
}

function showTab() {
  const isLost = lostSinceMs !== undefined;
  const { title, icon: path } = live.dataset;
  document.title = isLost ? title.replace(/^(\S \S+ - )?/, '? Connection lost - ') : title;
  icon.href = isLost ? ownAddress('/public/icons/state-unknown.svg') : path;
}

function showTimes() {
  const nowMs = serverNowMs();
  /** @type {NodeListOf<HTMLElement>} */
  const elements = document.querySelectorAll('[data-since]');
  for (const element of elements) {
    setText(element, formatDuration(nowMs - Number(element.dataset.since)));
  }
  setText(
    document.getElementById('last-news'),
    newsAtMs === undefined
      ? `No change since ${clock(openedAtMs)}, when this page was opened.`
      : `Last change seen at ${clock(newsAtMs)}.`,
  );
}

/** In the server's zone, as every other time on the page: `06:08:00 UTC`. */
function clock(atMs) {
  const { zoneOffsetMinutes, zone } = live.dataset;
  const local = new Date(atMs + Number(zoneOffsetMinutes) * 60_000);
  return `${local.toISOString().slice(11, 19)} ${zone}`;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function lose(reason) {
  const isNew = lostSinceMs === undefined;
  lostSinceMs ??= heardAtMs ?? serverNowMs();
  const heading = document.querySelector('main h1');
  showConnectionLost(reason, (notice) => heading.after(notice), [' since ', makeSince()]);
  if (!isNew) return;
  live.dataset.old = '';
  say(['The connection to this page is lost. What is shown may be old.']);
  showTab();
  showTimes();
}

/** A counter that starts when the last sign of life came. */
function makeSince() {
  const since = document.createElement('span');
  since.dataset.since = String(lostSinceMs);
  return since;
}

window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) window.location.reload();
});

connect(
  ownAddress('/keepalived/events'),
  /** @satisfies {Listeners<StatusPageEvents>} */ ({
    page: show,
    heartbeat({ at, evidenceAgeMs, masterAgesMs = {} }) {
      const serverMs = Date.parse(at);
      hear(serverMs);
      /** @type {HTMLElement | null} */
      const age = document.querySelector('#evidence-age [data-since]');
      if (age && evidenceAgeMs !== null) age.dataset.since = String(serverMs - evidenceAgeMs);
      /** @type {NodeListOf<HTMLElement>} */
      const places = document.querySelectorAll('[data-master-age]');
      for (const place of places) {
        const ageMs = masterAgesMs[place.dataset.masterAge];
        const since = /** @type {HTMLElement} */ (place.firstElementChild);
        if (ageMs !== undefined) since.dataset.since = String(serverMs - ageMs);
      }
      showTimes();
    },
  }),
  lose,
);
window.setInterval(showTimes, 1_000);
