import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import ts from 'typescript';
import { createOverlayHost } from '../../../scripts/templates/overlay-host.ts';

const root = path.resolve(import.meta.dirname, '../../..');

test('an event that the server names in another way fails in the script that listens', () => {
  const folder = path.join(root, 'public/src');
  const { config } = ts.readConfigFile(path.join(folder, 'scripts.tsconfig.json'), (name) =>
    ts.sys.readFile(name),
  ) as { config: unknown };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const rename = (file: string, from: string, to: string) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    assert.ok(text.includes(from), `${from} is in ${file}`);
    return [path.join(root, file), text.replace(from, to)] as const;
  };
  const overlay = new Map([
    rename('server/web/pages/logs/log-events.ts', 'rows:', 'lines:'),
    rename('server/web/pages/logs/log-row.ts', '  process: string', '  program: string'),
    rename('server/web/updates/stream-events.ts', 'evidenceAgeMs:', 'ageMs:'),
  ]);
  const program = ts.createProgram(fileNames, options, createOverlayHost(overlay, options));
  const scripts = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(path.join(root, 'public/js/')));
  assert.ok(scripts.length >= 8, 'the scripts are checked');
  const problems = scripts.flatMap((script) =>
    program
      .getSemanticDiagnostics(script)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
      .map((message) => [path.basename(script.fileName), /'(\w+)'/.exec(message)?.[1]]),
  );
  assert.deepEqual(problems.toSorted(), [
    ['live-log.js', 'process'],
    ['live-log.js', 'process'],
    ['live-log.js', 'rows'],
    ['live-status.js', 'evidenceAgeMs'],
  ]);
});
