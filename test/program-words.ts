import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isBuilt = process.env['WAI_TEST_BUILD'] === '1';
const throughTsx = ['--import', import.meta.resolve('tsx')];

/**
 * The words with which node runs a TypeScript file of `test/`: as `npm test` has built it, else
 * through tsx.
 * @param file its URL, or its path from the repository's folder
 */
export function programWords(file: string | URL): string[] {
  const source = file instanceof URL ? fileURLToPath(file) : path.join(root, file);
  if (!isBuilt) return [...throughTsx, source];
  const name = path.relative(path.join(root, 'test'), source).replace(/\.ts$/, '.js');
  return ['--enable-source-maps', path.join(root, 'build/test', name)];
}

/** The same for the server itself, from the repository's folder. */
export const serverWords = isBuilt ? ['build/main.js'] : [...throughTsx, 'server/main.ts'];

/** And for its web, where a service manager starts it beside the agent. */
export const webWords = isBuilt ? ['build/web.js'] : [...throughTsx, 'server/web-main.ts'];
