import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/**
 * A program that is run, and the package that brings it, where that is not called like the program, by
 * package manager: `apt`, `dnf` (yum too), `zypper`, `apk`, or all `others`.
 * Programs are looked for, not packages: what came in another way is not installed again.
 */
const serving = [
  { program: 'keepalived' },
  { program: 'ip', packages: { dnf: 'iproute', others: 'iproute2' } },
  { program: 'sysctl', packages: { dnf: 'procps-ng', others: 'procps' } },
  { program: 'unshare', packages: { others: 'util-linux' } },
  { program: 'nsenter', packages: { apk: 'util-linux-misc', others: 'util-linux' } },
  { program: 'tcpdump' },
  {
    program: 'arping',
    packages: { apt: 'iputils-arping', apk: 'iputils-arping', others: 'iputils' },
  },
  { program: 'curl' },
];

const lab = [
  ...serving,
  { program: 'bash' },
  { program: 'rsyslogd', packages: { others: 'rsyslog' } },
];

/** A Debian package is made with these. */
const packaging = [
  { program: 'dpkg-deb', packages: { others: 'dpkg' } },
  { program: 'strip', packages: { others: 'binutils' } },
];

const testing = [
  ...lab,
  ...packaging,
  { program: 'lintian' },
  { program: 'logrotate' },
  { program: 'man', packages: { others: 'man-db' } },
  {
    program: 'Chromium',
    isPresent: () => ['chromium-headless-shell', 'chromium'].some(hasProgram),
    packages: { apt: 'chromium-headless-shell', others: 'chromium' },
  },
  {
    program: 'a font for Chromium',
    isPresent: () => existsSync('/usr/share/fonts'),
    packages: {
      apk: 'font-dejavu',
      dnf: 'dejavu-sans-fonts',
      zypper: 'dejavu-fonts',
      others: 'fonts-dejavu-core',
    },
  },
  { program: 'nft', packages: { others: 'nftables' } },
  { program: 'iptables' },
  { program: 'wget' },
  { program: 'nginx' },
  { program: 'apache2', packages: { apt: 'apache2-bin' } },
  { program: 'ping', packages: { apt: 'iputils-ping', others: 'iputils' } },
];

/** What has to be there, by what is about to be done. */
export const needs = {
  serve: serving,
  package: packaging,
  packageForArm64: [
    ...packaging,
    {
      program: 'aarch64-linux-gnu-strip',
      packages: { others: 'binutils-aarch64-linux-gnu' },
    },
  ],
  lab,
  test: testing,
  bench: [...testing, { program: 'strace' }],
};

const folders = [
  ...(process.env.PATH ?? '').split(':'),
  ...['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'],
].filter(path.isAbsolute);

/** @returns {boolean} whether a program of this name can be executed. */
export function hasProgram(name) {
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @returns the entries of a list of needs that this machine does not meet. */
export function findMissing(list) {
  return list.filter(({ program, isPresent = () => hasProgram(program) }) => !isPresent());
}

const managers = [
  {
    name: 'apt',
    program: 'apt-get',
    refresh: ['apt-get', 'update'],
    install: ['apt-get', 'install', '--yes', '--no-install-recommends'],
  },
  { name: 'dnf', program: 'dnf', install: ['dnf', 'install', '--assumeyes'] },
  { name: 'dnf', program: 'yum', install: ['yum', 'install', '--assumeyes'] },
  { name: 'zypper', program: 'zypper', install: ['zypper', '--non-interactive', 'install'] },
  { name: 'apk', program: 'apk', install: ['apk', 'add'] },
];

/**
 * @returns the commands, argument lists, that install what is missing on this system: `refresh`
 *   (of the package lists, where that is a step of its own) and `install`; undefined where no known
 *   package manager is found.
 */
export function findInstallation(missing) {
  const manager = managers.find(({ program }) => hasProgram(program));
  if (!manager) return undefined;
  const names = listNames(missing, manager.name);
  return { refresh: manager.refresh, install: [...manager.install, ...names] };
}

/** @returns {string[]} the packages of a list of needs, each once, by a package manager's names */
export function listNames(list, managerName) {
  const names = list.map(
    ({ program, packages = {} }) => packages[managerName] ?? packages.others ?? program,
  );
  return [...new Set(names)];
}
