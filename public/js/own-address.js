/**
 * The address of a route of ours, wherever a proxy has put this page.
 * @param {string} path such as `/debug/events`
 */
export function ownAddress(path) {
  // This file is two folders below the page's root.
  return new window.URL(`../..${path}`, import.meta.url).href;
}
