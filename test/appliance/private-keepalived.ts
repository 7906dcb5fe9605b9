/** A machine of its own for a real keepalived; call only in private namespaces. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export const configPath = '/etc/keepalived/keepalived.conf';
export const pidPath = '/run/keepalived.pid';

export const goodConfiguration = `
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 101
  authentication {
    auth_type PASS
    auth_pass s3cr3t
  }
  virtual_ipaddress {
    10.9.0.100/24
  }
}
`;

/** A file that ends the daemon: exit code 2 at a start (measured). */
export const fatalConfiguration = goodConfiguration.replace('eth0', 'eth9');

/** Own /run, /tmp and /etc/keepalived, and an interface eth0 with 10.9.0.1/24. */
export function preparePrivateMachine(): void {
  for (const folder of ['/run', '/tmp', '/etc/keepalived']) mountTmpfs(folder);
  addInterface();
}

/** An interface eth0 with 10.9.0.1/24, that is up. */
export function addInterface(): void {
  const ip = (...words: string[]) => execFileSync('ip', words);
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'peer0');
  ip('address', 'add', '10.9.0.1/24', 'dev', 'eth0');
  ip('link', 'set', 'eth0', 'up');
  ip('link', 'set', 'peer0', 'up');
}

/** An empty folder over this one; the repository stays visible, also if it lies below. */
export function mountTmpfs(folder: string): void {
  const repository = process.cwd();
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', folder]);
  if (existsSync(`${repository}/package.json`)) return;
  mkdirSync(repository, { recursive: true });
  // The working directory is still the covered one.
  execFileSync('mount', ['--no-canonicalize', '--bind', '.', repository]);
}

/** Folders of the machine under a layer of our own, that is gone after the test. */
export function layOver(folders: string[]): void {
  mountTmpfs('/mnt');
  for (const folder of folders) {
    const [upper, work] = ['upper', 'work'].map((part) => `/mnt${folder}/${part}`);
    for (const path of [upper, work]) mkdirSync(path ?? '', { recursive: true });
    const layers = `lowerdir=${folder},upperdir=${upper ?? ''},workdir=${work ?? ''}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, folder]);
  }
}

export function writeConfiguration(text: string): void {
  writeFileSync(configPath, text, { mode: 0o600 });
}

/** Starts the daemon as an administrator might, not through the program under test. */
export function startKeepalived(words: string[] = [], env: Record<string, string> = {}) {
  return spawn('keepalived', ['--dont-fork', ...words], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], ...env },
  });
}

/**
 * The programs that a file's tests start, so that none is left: call `endAll` after each test, or
 * after the last one that needs them.
 */
export function createDaemons() {
  let started: ChildProcess[] = [];
  const remember = (child: ChildProcess): ChildProcess => {
    started.push(child);
    return child;
  };
  return {
    remember,
    start: (words?: string[], env?: Record<string, string>) =>
      remember(startKeepalived(words, env)),
    /** Starts keepalived with the good configuration's address, and waits until it serves it. */
    serve: async (words?: string[]): Promise<ChildProcess> => {
      const child = remember(startKeepalived(words));
      const isServing = () => Promise.resolve(holdsAddress());
      assert.ok(await askUntil(isServing, Boolean, 30_000), 'keepalived serves the address');
      return child;
    },
    /** Ends them in their order, and removes the pid files of those that were killed. */
    endAll: async (): Promise<void> => {
      for (const child of started) await end(child);
      started = [];
      execFileSync('find', ['/run', '-name', '*.pid', '-delete']);
    },
  };
}

/** Whether the kernel has the good configuration's address. */
export const holdsAddress = (): boolean => execFileSync('ip', ['address']).includes('10.9.0.100');

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Asks until the answer is accepted or the time is over; returns the last answer either way. */
export async function askUntil<Answer>(
  ask: () => Promise<Answer>,
  accept: (answer: Answer) => boolean,
  limitMs = 30_000,
): Promise<Answer> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (accept(answer) || performance.now() > deadlineMs) return answer;
    await sleep(50);
  }
}
