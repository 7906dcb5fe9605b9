/** Debian packages of this program, for tests. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes the package as `npm run package` does, but not compressed, and one of a later version.
 * @returns their paths, by the name that the environment has for each
 */
export function buildPackages(): { WAI_TEST_PACKAGE: string; WAI_TEST_LATER_PACKAGE: string } {
  const folder = join(repository, 'build/test/packages');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, ['scripts/package.mjs', '--fast', '--output', folder], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const built = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  const later = join(folder, 'later.deb');
  const tree = join(folder, 'tree');
  execFileSync('dpkg-deb', ['--raw-extract', join(folder, built), tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, '$&+later'));
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, later]);
  rmSync(tree, { recursive: true });
  return { WAI_TEST_PACKAGE: join(folder, built), WAI_TEST_LATER_PACKAGE: later };
}
