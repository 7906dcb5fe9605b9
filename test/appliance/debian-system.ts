/** The files of another release of Debian, to boot. */
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/**
 * The folder of a small system, made by debootstrap from where this machine has its own packages; the
 * first time that takes minutes.
 * @param release `trixie`
 * @param dependencies of a package that is to be installed, as in its control file: there they are
 *   installed already, because what is booted has no network
 */
export function makeDebianSystem(release: string, dependencies: string): string {
  const folder = join(cache, `debian-${release}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const sources = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'];
    const [mirror = ''] = run('apt-get', ...sources, 'Origin: Debian').split('\n');
    const minimal = ['--variant=minbase', '--include=systemd-sysv,dbus,ca-certificates'];
    run('debootstrap', ...minimal, release, unfinished, mirror);
    const apt = (...words: string[]) =>
      run('chroot', unfinished, 'apt-get', '--yes', '--no-install-recommends', ...words);
    apt('update');
    apt('satisfy', dependencies);
    renameSync(unfinished, folder);
    return folder;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
