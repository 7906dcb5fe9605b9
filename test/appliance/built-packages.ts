/** Debian packages of this program, for tests. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface BuiltPackages {
  /** Of this version, and of a later one. */
  first: string;
  later: string;
}

/** Makes the package as `npm run package` does, but not compressed, and one of a later version. */
export function buildPackages(): BuiltPackages {
  const folder = join(repository, 'build/test/packages');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, ['scripts/package.mjs', '--fast', '--output', folder], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const first = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  const later = join(folder, 'later.deb');
  const tree = join(folder, 'tree');
  execFileSync('dpkg-deb', ['--raw-extract', join(folder, first), tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, '$&+later'));
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, later]);
  rmSync(tree, { recursive: true });
  return { first: join(folder, first), later };
}
