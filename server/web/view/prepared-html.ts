/** Where the prepared part stands in a page; no text can look like it, because texts are escaped. */
export const place = '<!-- prepared -->';
const emptyToken = 'name="_csrf" value=""';

/** HTML as bytes; between two pieces belongs the token of a session. */
type Pieces = readonly Buffer[];

/**
 * A part of a page that is the same for everybody, made before it is asked for: as bytes, because to
 * make and encode its text anew for each request is what would cost most.
 */
export interface PreparedHtml {
  pieces: Pieces;
}

/** What stands before and behind the prepared part of a page. */
export interface Shell {
  before: Pieces;
  after: Pieces;
}

/** @param html whose forms have an empty token */
export function prepareHtml(html: string): PreparedHtml {
  return { pieces: split(html) };
}

/** @param page with an empty token in its forms, and the place of the prepared part */
export function prepareShell(page: string): Shell {
  const [before = '', after = ''] = page.split(place);
  return { before: split(before), after: split(after) };
}

/** The whole page, with the token in all of its forms. */
export function joinPieces(
  { before, after }: Shell,
  { pieces }: PreparedHtml,
  csrfToken: string,
): Buffer[] {
  const token = Buffer.from(tokenField(csrfToken));
  return [before, pieces, after].flatMap((part) =>
    part.flatMap((piece, index) => (index === 0 ? [piece] : [token, piece])),
  );
}

function split(html: string): Pieces {
  return html.split(emptyToken).map((piece) => Buffer.from(piece));
}

const tokenField = (csrfToken: string): string => `name="_csrf" value="${csrfToken}"`;
