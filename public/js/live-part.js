/** Puts a part of a page that the server has made again in place of the one that is shown. */
import { morph } from './morph.js';

/**
 * @param html of an element with the id `live`, made for everybody
 * @returns the element as it was parsed
 */
export function parsePart(html) {
  const parsed = new window.DOMParser().parseFromString(html, 'text/html');
  const wanted = parsed.getElementById('live');
  // Without the tokens of this session; any form of this page has one.
  const selector = 'input[name="_csrf"]';
  /** @type {HTMLInputElement | null} */
  const known = document.querySelector(selector);
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = wanted.querySelectorAll(selector);
  for (const field of fields) field.value = known?.value ?? '';
  return wanted;
}

/** By their key, for they may change places; without one by their place. */
function listDetails(root) {
  const all = [...root.querySelectorAll('details')];
  return all.map((details, at) => [details.dataset.key ?? at, details]);
}

/** What the user has opened stays open. */
export function showPart(element, wanted) {
  const kept = new Map(listDetails(element).map(([key, { open }]) => [key, open]));
  for (const [key, details] of listDetails(wanted)) details.open = kept.get(key) ?? details.open;
  morph(element, wanted);
}
