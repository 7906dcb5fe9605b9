/** A machine of its own for a real keepalived; call only in private namespaces. */
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

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Asks until the answer is accepted or the time is over; returns the last answer either way. */
export async function askUntil<Answer>(
  ask: () => Promise<Answer>,
  accept: (answer: Answer) => boolean,
  limitMs = 5000,
): Promise<Answer> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (accept(answer) || performance.now() > deadlineMs) return answer;
    await sleep(20);
  }
}
