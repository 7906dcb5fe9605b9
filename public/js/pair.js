/**
 * While a code is shown, or two servers find each other, the page of the pair brings what is new by
 * itself. When that is over it is loaded once more: other forms are on it then.
 */
import { morph } from './morph.js';

const part = document.getElementById('pair');

async function bringNews() {
  const response = await window.fetch(window.location.pathname);
  const page = new window.DOMParser().parseFromString(await response.text(), 'text/html');
  const wanted = page.getElementById('pair');
  if (wanted?.dataset.refreshSeconds === undefined) window.location.reload();
  else morph(part, wanted);
}

function wait() {
  window.setTimeout(
    () => {
      // A server that does not answer now is asked again.
      void bringNews().then(wait, wait);
    },
    Number(part.dataset.refreshSeconds) * 1000,
  );
}

if (part?.dataset.refreshSeconds !== undefined) wait();
