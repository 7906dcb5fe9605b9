/** npm run check: the types of the templates in `views/`. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkTemplates } from './check-templates.ts';
import { readCompilerOptions } from './compiler-options.ts';

const root = path.resolve(import.meta.dirname, '../..');
const viewsFolder = path.join(root, 'views');
const names = readdirSync(viewsFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.eta'))
  .toSorted();
const { problems } = checkTemplates({
  templates: new Map(
    names.map((name) => [name, readFileSync(path.join(viewsFolder, name), 'utf8')]),
  ),
  modelsFile: path.join(root, 'server/web/templates.ts'),
  options: readCompilerOptions(root),
});
for (const { file, line, message } of problems) {
  const place = path.relative(root, path.resolve(viewsFolder, file));
  console.log(`${place}:${line}: ${message}`);
}
if (problems.length > 0) process.exitCode = 1;
