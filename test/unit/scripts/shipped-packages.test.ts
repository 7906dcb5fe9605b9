/** What is shipped of others: its notices, the Node.js that it needs, what is known against it. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** The scripts have no types. */
const load = async <Module>(name: string) =>
  (await import(join(root, 'scripts', name))) as unknown as Module;
const notices = await load<{
  listShippedPackages: () => { name: string; version: string; folder: string }[];
  writeNotices: (file: string) => void;
}>('notices.mjs');
const { readAdvisories } = await load<{ readAdvisories: (output: string) => unknown }>(
  'advisories.mjs',
);

test('each package whose code is in a bundle has its notice in the file', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'wai-notices-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'notices.txt');
  notices.writeNotices(file);
  const text = await readFile(file, 'utf8');
  const bundled = await Promise.all(
    ['server/main.ts', 'server/web-main.ts', 'public/src/editor/main.ts'].map((entry) =>
      build({
        ...{ absWorkingDir: root, entryPoints: [entry], bundle: true, metafile: true },
        ...{ write: false, platform: entry.startsWith('server') ? 'node' : 'browser' },
        ...{ format: entry.startsWith('server') ? 'cjs' : 'esm', logLevel: 'silent' },
      }),
    ),
  );
  const inputs = bundled.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const names = new Set(
    inputs.flatMap((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  assert.ok(names.has('fastify') && names.has('@codemirror/view'), [...names].join(' '));
  for (const name of names) assert.ok(text.includes(`\n${name} `), name);
  assert.match(text, /Copyright \(c\) .*The Fastify/);
});

/** Whether a range of package.json's `engines` lets Node.js 20.19.0 in; ranges of majors only. */
function admits(range: string): boolean {
  return range.split('||').some((part) =>
    part
      .trim()
      .split(/(?<=\d)\s+/)
      .every((word) => {
        const [, operator = '', major, minor = '0'] =
          /^(>=|<|<=|>|\^|~)?\s*v?(\d+)(?:\.(\d+|x))?/.exec(word) ?? [];
        if (major === undefined) return part.trim() === '*';
        const [wanted, here] = [Number(major) * 1000 + (Number(minor) || 0), 20_019];
        if (operator === '>=' || operator === '>') return here >= wanted;
        if (operator === '<' || operator === '<=') return here < wanted;
        return Number(major) === 20 && here >= wanted;
      }),
  );
}

test('all that is shipped runs on Node.js 20.19', async () => {
  for (const { name, version, folder } of notices.listShippedPackages()) {
    const { engines } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as {
      engines?: { node?: string };
    };
    assert.ok(admits(engines?.node ?? '*'), `${name} ${version} wants Node ${engines?.node}`);
  }
  assert.equal(admits('>=22'), false);
  assert.equal(admits('^20.20.0 || >=22'), false);
  assert.equal(admits('>= 20.19.0'), true);
});

test('advisories are reported, and no answer is no all-clear', () => {
  const found = readAdvisories(
    `npm warn something\n${JSON.stringify({
      vulnerabilities: {
        static: { name: 'static', severity: 'high', via: [{ title: 'reads other files' }] },
        other: { name: 'other', severity: 'high', via: ['static'] },
      },
    })}\n`,
  );
  assert.deepEqual(found, {
    known: ['static (high): reads other files', 'other (high): by static'],
  });
  assert.deepEqual(readAdvisories('{"vulnerabilities":{}}'), { known: [] });
  const refused = '{\n  "message": "405 Method Not Allowed",\n  "statusCode": 405\n}npm error';
  assert.deepEqual(readAdvisories(refused), { unknown: '405 Method Not Allowed' });
  assert.deepEqual(readAdvisories('npm error network'), {
    unknown: 'its answer could not be read',
  });
});
