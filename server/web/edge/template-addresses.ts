import { relative } from 'node:path';
import { Eta } from 'eta';
import { readOwnFiles } from '../../own-files.ts';
import { addBasePath } from './base-path.ts';

/** The attributes of our templates that hold an address. */
export const addressAttributes = [
  'href',
  'action',
  'formaction',
  'src',
  'data-events',
  'data-icon',
];

const attribute = new RegExp(
  `(?<=\\s)(${addressAttributes.join('|')})="((?:<%[\\s\\S]*?%>|[^"<])*)"`,
  'g',
);

/** Templates whose addresses get the base path when they are compiled: no template writes it. */
class TemplatesUnderBasePath extends Eta {
  readonly addressOf: (address: unknown) => string;

  constructor(views: string, basePath: string) {
    super({
      ...{ views, cache: true, autoEscape: true },
      functionHeader: 'const addressOf = (address) => this.addressOf(address);',
      plugins: [{ processTemplate: (text) => addToAddresses(text, basePath) }],
    });
    this.addressOf = (address) => addBasePath(String(address), basePath);
  }
}

/**
 * The templates of a folder, read at once, compiled when they are first used, with autoescape.
 * @param basePath empty: addresses are as they are written
 */
export function createTemplates(views: string, basePath: string): Eta {
  const eta =
    basePath === ''
      ? new Eta({ views, cache: true, autoEscape: true })
      : new TemplatesUnderBasePath(views, basePath);
  const texts = readOwnFiles(views);
  eta.readFile = (path) => {
    const text = texts.get(relative(views, path));
    if (!text) throw new Error(`There is no template ${path}.`);
    return text.toString();
  };
  return eta;
}

/** @returns the template's text, in which what is written gets the base path, and what is a value asks for it */
export function addToAddresses(template: string, basePath: string): string {
  return template.replace(attribute, (_all, name: string, value: string) => {
    const withBase = addBasePath(value, basePath).replace(
      /^<%=([\s\S]*?)%>/,
      (_tag, expression: string) => `<%= addressOf(${expression.trim()}) %>`,
    );
    return `${name}="${withBase}"`;
  });
}
