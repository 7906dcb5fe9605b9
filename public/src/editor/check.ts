import type { EditorView } from '@codemirror/view';
import type { CheckDocument } from '../../../server/web/api/check-document.ts';
import { make } from './elements.ts';
import { showFindings, showNoFindings } from './findings.ts';
import { createPacedCheck } from './paced-check.ts';
import type { PacedCheck } from './paced-check.ts';
import { pageRoot } from './page-root.ts';

/** A server that is too busy (503), restarting or out of reach may be back soon. */
const retryAfterMs = 5_000;

const checkUrl = new URL('api/v1/configuration/check', pageRoot);

/** Lets the server check the editor's text, as a save would, and shows what it finds. */
export function createCheck(form: HTMLFormElement, view: EditorView): PacedCheck {
  const { _csrf: token, file } = Object.fromEntries(new FormData(form)) as Record<string, string>;
  const retry = (problem: string): void => {
    showNoFindings(`Not checked: ${problem}. Trying again.`);
    setTimeout(check.request, retryAfterMs);
  };
  const check = createPacedCheck(async (signal) => {
    const text = view.state.doc.toString();
    try {
      const answer = await fetch(checkUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': token ?? '' },
        body: JSON.stringify({ fileId: file, text }),
        signal,
      });
      if (answer.status === 401 || answer.status === 403) {
        explainEndOfLogin();
      } else if (answer.ok) {
        const { findings } = (await answer.json()) as CheckDocument;
        if (!signal.aborted) showFindings(view, findings);
      } else {
        retry(`the server answered ${answer.status}`);
      }
    } catch {
      if (!signal.aborted) retry('the server does not answer');
    }
  });
  // What comes now would move the buttons below, and the answer to the form says it anyway.
  form.addEventListener('submit', check.stop);
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) check.request();
  });
  return check;
}

function explainEndOfLogin(): void {
  const link = make('a', '', 'Log in again');
  link.setAttribute('href', location.pathname + location.search);
  showNoFindings('Not checked: your login has ended. ', link, '; this window keeps your text.');
}
