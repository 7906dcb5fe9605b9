/** Where the prepared part stands in a page; no text can look like it, because texts are escaped. */
const place = '<!-- prepared -->';
const emptyToken = 'name="_csrf" value=""';
const beforeToken = Buffer.from('name="_csrf" value="');
const afterToken = Buffer.from('"');

/**
 * A part of a page that is the same for everybody, rendered before and kept as bytes: to make the
 * text of a large one anew for each request is what would cost most.
 */
export interface PreparedHtml {
  place: typeof place;
  /** Between two of them belongs the token of a session. */
  pieces: readonly Buffer[];
}

/** @param html whose forms have an empty token */
export function prepareHtml(html: string): PreparedHtml {
  return { place, pieces: html.split(emptyToken).map((piece) => Buffer.from(piece)) };
}

/** The bytes of the page with the part in its place, and the token in the part's forms. */
export function insertPrepared(
  page: string,
  { pieces }: PreparedHtml,
  csrfToken: string,
): Buffer[] {
  const [before = '', after = ''] = page.split(place);
  const token = [beforeToken, Buffer.from(csrfToken), afterToken];
  return [
    Buffer.from(before),
    ...pieces.flatMap((piece, index) => (index === 0 ? [piece] : [...token, piece])),
    Buffer.from(after),
  ];
}
