/** How a template's name begins, and the interface that has its model. */
export const kinds = [
  { prefix: 'partials/', models: 'Partials' },
  { prefix: 'layouts/', models: 'Layouts' },
  { prefix: '', models: 'Pages' },
] as const;

/** What Eta gives each template, with types: a partial takes its model, whole. */
export const writeHelpers = (modelsFile: string) => `
import type { Layouts, Pages, Partials } from '${modelsFile}';
declare global {
  type TemplateModels = { Layouts: Layouts; Pages: Pages; Partials: Partials };
  type Given<Model> = Model extends unknown
    ? [keyof Model] extends [never] ? [] : [model: Model]
    : never;
  type LayoutOptions<Model> = Partial<Omit<Model, 'page' | 'body'>>;
  const __eta: { res: string; e: (text: string) => string; f: (value: string | number) => string };
  function include<Name extends keyof Partials>(
    template: \`/partials/\${Name}\`, ...model: Given<Partials[Name]>): string;
  function layout<Name extends keyof Layouts>(
    template: \`/layouts/\${Name}\`, options?: LayoutOptions<Layouts[Name]>): void;
}`;

/** What stands before the body, in one line. */
export function writeHead(name: string): string {
  const { prefix, models } = kinds.find((kind) => name.startsWith(kind.prefix)) ?? kinds[2];
  const model = `TemplateModels['${models}']['${name.slice(prefix.length)}']`;
  return `export function render(it: ${model}): void { void it; `;
}
