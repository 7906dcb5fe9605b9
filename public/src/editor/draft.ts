import { pageRoot } from './page-root.ts';

/**
 * Text that was typed and not saved, kept in this window (sessionStorage) for the case that the
 * login ends or the page is left. It may hold passwords: it goes with the window and at log-out.
 */
export interface Draft {
  text: string;
  /** Of the file that it was made from. */
  tag: string;
}

export interface DraftKeeper {
  find(): Draft | undefined;
  keep(draft: Draft): void;
  forget(): void;
}

/** Two servers behind one proxy are one site to a browser: one's text is not the other's. */
const prefix = `wai-draft:${pageRoot.pathname} `;

export function createDraftKeeper(userName: string, fileId: string): DraftKeeper {
  const key = `${prefix}${JSON.stringify([userName, fileId])}`;
  return {
    find() {
      const stored = sessionStorage.getItem(key);
      return stored === null ? undefined : (JSON.parse(stored) as Draft);
    },
    keep(draft) {
      try {
        sessionStorage.setItem(key, JSON.stringify(draft));
      } catch {
        // Too long for the browser's storage: then there is no draft of it.
        sessionStorage.removeItem(key);
      }
    },
    forget() {
      sessionStorage.removeItem(key);
    },
  };
}

/** Removes the drafts of all files of this server; what a log-out does. */
export function forgetAllDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  }
}
