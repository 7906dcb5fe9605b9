/** Where the prepared part stands in a page; no text can look like it, because texts are escaped. */
export const place = '<!-- prepared -->';
const emptyToken = 'name="_csrf" value=""';

/** HTML as bytes; between two pieces belongs the token of a session. */
type Pieces = readonly Buffer[];

/**
 * A part of a page that is the same for everybody, made before it is asked for: as bytes, because to
 * make and encode its text for each request is what would cost most.
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
export function joinPieces(shell: Shell, prepared: PreparedHtml, csrfToken: string): Buffer[] {
  const token = Buffer.from(tokenField(csrfToken));
  return findWhole(shell, prepared).flatMap((piece, index) =>
    index === 0 ? piece : [token, piece],
  );
}

const wholes = new WeakMap<Shell, { prepared: PreparedHtml; pieces: Pieces }>();

/** Both together, joined once for all requests until the prepared part is another. */
function findWhole(shell: Shell, prepared: PreparedHtml): Pieces {
  const known = wholes.get(shell);
  if (known?.prepared === prepared) return known.pieces;
  const pieces = [shell.before, prepared.pieces, shell.after].reduce(append);
  wholes.set(shell, { prepared, pieces });
  return pieces;
}

/** Between two parts belongs no token. */
function append(head: Pieces, tail: Pieces): Pieces {
  return [
    ...head.slice(0, -1),
    Buffer.concat([...head.slice(-1), ...tail.slice(0, 1)]),
    ...tail.slice(1),
  ];
}

function split(html: string): Pieces {
  return html.split(emptyToken).map((piece) => Buffer.from(piece));
}

const tokenField = (csrfToken: string): string => `name="_csrf" value="${csrfToken}"`;
