/** The notice of a page that no longer hears from its server: what it shows may be old. */
const id = 'connection-lost';

/**
 * Shows the notice, or replaces its reason.
 * @param {string} reason a sentence, as `connect` tells it
 * @param {(notice: HTMLElement) => void} place puts a new notice on the page
 * @param {(Node | string)[]} more what follows the first words of a new notice, such as since when
 */
export function showConnectionLost(reason, place, more = []) {
  let notice = document.getElementById(id);
  if (!notice) {
    notice = document.createElement('p');
    notice.id = id;
    notice.className = 'notice tone-bad';
    notice.append('Connection to this page lost', ...more, '; what is shown may be old. ');
    notice.append(document.createElement('span'));
    place(notice);
  }
  const shown = notice.lastElementChild;
  if (shown.textContent !== reason) shown.textContent = reason;
}

/** Takes the notice away; the connection is back. */
export function hideConnectionLost() {
  document.getElementById(id)?.remove();
}
