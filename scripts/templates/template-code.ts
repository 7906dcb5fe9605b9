import { Eta } from 'eta';

/** A template as the body of a TypeScript function of `it`. */
export interface TemplateCode {
  body: string;
  /** Where a position of the body stands in the template, or the tag before it. */
  findInTemplate: (position: number) => number;
}

/** A template that Eta cannot read. */
export class TemplateSyntaxError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

interface Piece {
  inBody: number;
  inTemplate: number;
  length: number;
}

// `autoFilter` passes what `<%~` prints through a function as well: so that its type is checked.
const eta = new Eta({ autoEscape: true, autoFilter: true });
const tagStart = /<%[-_]?\s*[=~]?\s*/g;

/**
 * The code that Eta makes of a template, without its own frame.
 * @throws {TemplateSyntaxError}
 */
export function writeTemplateCode(template: string): TemplateCode {
  const pieces: Piece[] = [];
  let body = '';
  let readTo = 0;
  for (const node of parse(template)) {
    const code = eta.compileBody([node]);
    if (typeof node !== 'string') {
      tagStart.lastIndex = readTo;
      tagStart.exec(template);
      const piece = { inTemplate: tagStart.lastIndex, length: node.val.length };
      pieces.push({ ...piece, inBody: body.length + code.indexOf(node.val) });
      readTo = piece.inTemplate + piece.length;
    }
    body += code;
  }
  return {
    body,
    findInTemplate: (position) => {
      const piece = pieces.findLast(({ inBody }) => inBody <= position);
      return piece ? piece.inTemplate + Math.min(position - piece.inBody, piece.length) : 0;
    },
  };
}

function parse(template: string): ReturnType<Eta['parse']> {
  try {
    return eta.parse(template);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [message = ''] = error.message.split('\n');
    throw new TemplateSyntaxError(message, Number(/ at line (\d+)/.exec(message)?.[1] ?? 1));
  }
}

/**
 * Templates are JavaScript: what only TypeScript understands would fail when the page is shown.
 * @throws {TemplateSyntaxError}
 */
export function requireJavaScript(template: string): void {
  try {
    eta.compile(template);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [, , message = error.message] = error.message.split('\n');
    throw new TemplateSyntaxError(`not JavaScript: ${message}`, 1);
  }
}
