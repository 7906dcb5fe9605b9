import {
  copyFile,
  lstat,
  mkdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { createPathFacts } from '../files/path-facts.ts';
import { pathExists } from '../files/regular-file.ts';
import { undefinedIfAbsent } from '../unseen-error.ts';
import { copyToShadow } from './shadow-folder.ts';

/** Programs and libraries, read-only: keepalived itself, and what its scripts are looked for in. */
const programFolders = [
  ...['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libexec'],
  ...['/usr/local/bin', '/usr/local/sbin', '/usr/local/lib', '/usr/share/iproute2'],
];
/** Links into /usr on most systems of today, folders on others. */
const rootProgramFolders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64'];
/** What anyone on the server may read, and the C library needs: names of users, hosts, services. */
const publicFiles = [
  ...['/etc/passwd', '/etc/group', '/etc/nsswitch.conf', '/etc/host.conf', '/etc/resolv.conf'],
  ...['/etc/gai.conf', '/etc/services', '/etc/protocols', '/etc/ld.so.cache', '/etc/localtime'],
];
const publicFolders = ['/etc/iproute2', '/etc/ld.so.conf.d'];
/** Where the C library asks for users that are in no file, on servers of a directory. */
const nameServices = ['/run/nscd/socket', '/var/lib/sss/pipes/nss', '/run/systemd/userdb'];
const devices = ['/dev/null', '/dev/urandom'];
const oldRoot = '/.old-root';

export interface TestRoot {
  path: string;
  /** Of the mounts that belong into it, for `mount --all --fstab`. */
  fstabPath: string;
}

export interface TestRootContents {
  /** The configuration folder, without links. */
  folder: string;
  /** The files that keepalived may read, by absolute path in the folder. */
  files: ReadonlyMap<string, Uint8Array | string>;
  /** Absolute paths that must look as they do, without what they hold. */
  paths: readonly string[];
}

/**
 * Lays out a root folder in which keepalived can read nothing but its configuration: no other file's
 * text, no /proc, no /root, no state of this program.
 */
export async function layOutTestRoot(
  workFolder: string,
  { folder, files, paths }: TestRootContents,
): Promise<TestRoot> {
  const root = join(workFolder, 'root');
  const mounts: string[] = [mountLine(root, root, 'bind')];
  for (const path of ['/proc', oldRoot, '/dev', '/etc', '/run', '/tmp']) {
    await mkdir(join(root, path), { recursive: true });
  }
  const mountHere = async (path: string, options: string): Promise<void> => {
    const stats = await undefinedIfAbsent(path, () => lstat(path));
    if (stats === undefined) return;
    const target = join(root, path);
    await mkdir(stats.isDirectory() ? target : dirname(target), { recursive: true });
    if (!stats.isDirectory()) await writeFile(target, '');
    mounts.push(mountLine(path, target, options));
  };
  for (const path of programFolders) await mountHere(path, 'bind,ro');
  for (const path of rootProgramFolders) {
    const isLink = (await undefinedIfAbsent(path, () => lstat(path)))?.isSymbolicLink() === true;
    const target = isLink ? await readlink(path) : undefined;
    if (target === undefined) await mountHere(path, 'bind,ro');
    else await symlink(target, join(root, path));
  }
  for (const path of [...devices, ...nameServices]) await mountHere(path, 'bind');
  // Only until the old root is released: umount looks into it.
  mounts.push(mountLine('/proc', join(root, 'proc'), 'bind'));

  await Promise.all(publicFiles.map((path) => copyPublic(path, join(root, path))));
  for (const path of publicFolders) await mountHere(path, 'bind,ro');
  await writeFile(join(root, '/etc/hosts'), await readHosts());

  const provided = [...programFolders, ...rootProgramFolders, ...publicFiles, ...publicFolders];
  const leftOut = new Set([...provided, ...nameServices, ...devices, '/etc/hosts', folder]);
  for (const path of ['/proc', '/sys', oldRoot]) leftOut.add(path);
  const facts = createPathFacts(root, (path) => leftOut.has(path));
  await facts.place(dirname(folder));
  await mkdir(join(root, dirname(folder)), { recursive: true });
  await copyToShadow(folder, join(root, folder), files, workFolder);
  for (const path of paths) await facts.place(path);

  const fstabPath = join(workFolder, 'fstab');
  await writeFile(fstabPath, mounts.join(''));
  return { path: root, fstabPath };
}

/**
 * What the shell does in there: takes the mounts, unmounts everything else, and becomes the command.
 * Its arguments are the fstab, the root, and the command. Exits with 127 where there is no keepalived,
 * and with `mountFailedCode` where a mount fails.
 */
export const mountFailedCode = 125;
export const enterTestRoot = [
  'command -v keepalived >/dev/null || exit 127',
  `mount --all --fstab "$1" || exit ${mountFailedCode}`,
  `cd "$2" && pivot_root . .${oldRoot} && umount --lazy ${oldRoot} /proc || exit ${mountFailedCode}`,
  'cd / && shift 2 && exec "$@"',
].join('\n');

function mountLine(from: string, to: string, options: string): string {
  const escape = (path: string) => path.replaceAll('\\', '\\134').replaceAll(/\s/g, '\\040');
  return `${escape(from)} ${escape(to)} none ${options} 0 0\n`;
}

/** Never what only some may read, though it has one of these names. */
async function copyPublic(from: string, to: string): Promise<void> {
  // What a link leads to is what is copied.
  const stats = await undefinedIfAbsent(from, () => stat(from));
  if (stats?.isFile() !== true || (stats.mode & 0o004) === 0) return;
  await undefinedIfAbsent(from, () => copyFile(from, to));
}

/**
 * keepalived looks up this server's own name to make a router_id of it. With a line for it no name
 * server is asked, which may be silent.
 */
async function readHosts(): Promise<string> {
  const hosts = (await pathExists('/etc/hosts')) ? await readFile('/etc/hosts', 'utf8') : '';
  return `${hosts}\n127.0.1.1 ${hostname()}\n`;
}
