/** Where the prepared part stands in a page; no text can look like it, because texts are escaped. */
const place = '<!-- prepared -->';
const emptyToken = 'name="_csrf" value=""';

/**
 * A part of a page that is the same for everybody, rendered before: as text, and as bytes, because
 * to make the text of a large part anew for each request is what would cost most.
 */
export interface PreparedHtml {
  place: typeof place;
  html: string;
  /** Between two of them belongs the token of a session. */
  pieces: readonly Buffer[];
}

/** @param html whose forms have an empty token */
export function prepareHtml(html: string): PreparedHtml {
  return { place, html, pieces: html.split(emptyToken).map((piece) => Buffer.from(piece)) };
}

/** The page with the part in its place, and the token in the part's forms. */
export function insertText(page: string, { html }: PreparedHtml, csrfToken: string): string {
  const [before = '', after = ''] = page.split(place);
  return before + html.replaceAll(emptyToken, () => tokenField(csrfToken)) + after;
}

/** The same as bytes, in pieces: to copy a large page into one costs three times as much. */
export function insertPieces(page: string, { pieces }: PreparedHtml, csrfToken: string): Buffer[] {
  const [before = '', after = ''] = page.split(place);
  const token = Buffer.from(tokenField(csrfToken));
  return [
    Buffer.from(before),
    ...pieces.flatMap((piece, index) => (index === 0 ? [piece] : [token, piece])),
    Buffer.from(after),
  ];
}

const tokenField = (csrfToken: string): string => `name="_csrf" value="${csrfToken}"`;
