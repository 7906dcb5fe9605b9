/** The files of another release of Debian, to boot. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the smallest system does not have, and what is tried there needs. */
const included = {
  systemd: ['systemd-sysv', 'dbus', 'ca-certificates', 'nftables'],
  sysvinit: ['sysvinit-core', 'orphan-sysvinit-scripts', 'insserv', 'ca-certificates', 'logrotate'],
};

/** Not in node_modules, which `npm ci` empties. */
const cache = fileURLToPath(new URL('../../build/systems', import.meta.url));

/**
 * The folder of a small system, made by debootstrap from where this machine has its own packages; the
 * first time that takes minutes.
 * @param release `trixie`
 * @param init what boots it
 * @param forPackage a package that is to be installed: what it depends on is there already, because what is
 *   booted has no network
 */
export function makeDebianSystem(
  release: string,
  init: 'systemd' | 'sysvinit',
  forPackage: string,
): string {
  const folder = join(cache, `debian-${release}-${init}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${folder}.${process.pid}`;
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const sources = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'];
    const [mirror = ''] = run('apt-get', ...sources, 'Origin: Debian').split('\n');
    const minimal = ['--variant=minbase', `--include=${included[init].join(',')}`];
    run('debootstrap', ...minimal, release, unfinished, mirror);
    const apt = (...words: string[]) =>
      run('chroot', unfinished, 'apt-get', '--yes', '--no-install-recommends', ...words);
    apt('update');
    apt('satisfy', run('dpkg-deb', '--field', forPackage, 'Depends'));
    renameSync(unfinished, folder);
    return folder;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
