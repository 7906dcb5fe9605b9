/** Servers that were booted, on one network of their own, on which the package is tried. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '../lab/eventually.ts';
import type { BootedSystem } from './booted-systemd.ts';
import { RemoteBrowser } from './remote-browser.ts';

const execFileAsync = promisify(execFile);
const longestMs = 240_000;
/** As from a login: without the variables of this test. */
const environment = ['env', '-i', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8'];
const searchPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The first two are the manual's. */
const addresses = { server1: '192.168.0.10', server2: '192.168.0.20', server3: '192.168.0.30' };
type ServerName = keyof typeof addresses;

export interface InstalledServer {
  name: ServerName;
  address: string;
  /** Where its page is reached from this process. */
  url: string;
  /** @returns what the program says; throws when it fails */
  run(program: string, ...words: string[]): Promise<string>;
  /** @returns what a program that must fail says */
  refuse(program: string, ...words: string[]): Promise<string>;
  shell(script: string, ...words: string[]): Promise<string>;
  exists(path: string): Promise<boolean>;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** A property of a unit of systemd. */
  show(unit: string, property: string): Promise<string>;
  holds(address: string): Promise<boolean>;
  whenItAnswers(): Promise<void>;
  /** Where a file of the repository is on it. */
  insidePath(path: string): string;
}

/**
 * Makes this process's network namespace that of the servers, with the client at 192.168.0.1. Call it in
 * private namespaces.
 */
export function createServerNetwork(): void {
  const ip = (...words: string[]) => execFileSync('ip', words, { encoding: 'utf8' });
  // See test/lab/inside/become-switch.sh.
  const options = ['mcast_snooping', '0', 'forward_delay', '0', 'stp_state', '0'];
  ip('link', 'add', 'bridge0', 'type', 'bridge', ...options);
  ip('address', 'add', '192.168.0.1/24', 'dev', 'bridge0');
  for (const link of ['bridge0', 'lo']) ip('link', 'set', link, 'up');
}

/** Connects what was booted to the network, under a name of the manual's. */
export async function connectServer(
  name: ServerName,
  { enterArguments: enter, insidePath }: BootedSystem,
): Promise<InstalledServer> {
  const address = addresses[name];
  const url = `https://${address}:9443`;
  const run = async (...words: string[]) => {
    const all = [...enter, ...environment, searchPath, ...words];
    const { stdout } = await execFileAsync('nsenter', all, {
      encoding: 'utf8',
      timeout: longestMs,
    });
    return stdout;
  };
  const shell = (script: string, ...words: string[]) => run('sh', '-ec', script, 'sh', ...words);
  const server: InstalledServer = {
    ...{ name, address, url, run, shell, insidePath },
    refuse: async (...words) => {
      try {
        await run(...words);
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        return stdout + stderr;
      }
      assert.fail(`${words.join(' ')} was not refused`);
    },
    exists: async (path) => (await shell('[ -e "$1" ] && echo yes || true', path)) !== '',
    read: (path) => run('cat', path),
    write: async (path, text) => {
      await shell('mkdir -p "${1%/*}" && printf %s "$2" > "$1"', path, text);
    },
    show: async (unit, property) =>
      (await run('systemctl', 'show', '--value', `--property=${property}`, unit)).trim(),
    holds: async (virtual) => (await run('ip', '-o', 'address', 'show')).includes(` ${virtual}/`),
    whenItAnswers: async () => {
      await eventually(`${url} answers`, () => isServed(url), { withinMs: 90_000 });
    },
  };

  const [target = ''] = enter.flatMap((word) => /^--target=(\d+)$/.exec(word)?.[1] ?? []);
  const pair = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', target];
  execFileSync('ip', ['link', 'add', name, ...pair]);
  execFileSync('ip', ['link', 'set', name, 'master', 'bridge0', 'up']);
  // Of the machine on which the tests run: it may forbid that packages start their services.
  await shell(
    `hostname "$1"; ip link set lo up
    ip address add "$2/24" broadcast + dev eth0; ip link set eth0 up
    ip route add default via 192.168.0.1
    rm -f /usr/sbin/policy-rc.d`,
    ...[name, address],
  );
  return server;
}

async function isServed(url: string): Promise<boolean> {
  try {
    return (await new RemoteBrowser(url).get('/healthz')).statusCode === 200;
  } catch {
    return false;
  }
}
