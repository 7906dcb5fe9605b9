import { getElement, make } from './elements.ts';

/** Shows “Preview” in its place on the page, so that the editor stays as it is. */
export function previewInPlace(form: HTMLFormElement): void {
  form.addEventListener('submit', (event) => {
    const { submitter } = event;
    if (!(submitter instanceof HTMLButtonElement) || submitter.value !== 'preview') return;
    event.preventDefault();
    const shown = showPreview(form, submitter);
    // To busy.js, which says so if it takes a while.
    submitter.dispatchEvent(new CustomEvent('busy', { bubbles: true, detail: shown }));
  });
}

async function showPreview(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const section = getElement('preview');
  try {
    const body = new URLSearchParams([...new FormData(form, button)] as [string, string][]);
    const answer = await fetch(form.action, { method: 'POST', body });
    // 401: of a browser that does not say that a script asks.
    if (answer.redirected || answer.status === 401) {
      // To the login page.
      location.assign(answer.redirected ? answer.url : form.action);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.getElementById('preview')) throw new Error(`the server answered ${answer.status}`);
    // The findings are those of the check, which goes on while one types.
    for (const id of ['preview', 'meanwhile', 'default-button', 'added-commands']) {
      getElement(id).replaceChildren(...(page.getElementById(id)?.childNodes ?? []));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = make('p', 'notice tone-bad', `No preview: ${reason}. Try again.`);
    section.replaceChildren(getElement('preview-title'), problem);
  }
  section.hidden = false;
  (getElement('meanwhile').querySelector('section') ?? getElement('preview-title')).focus();
}
