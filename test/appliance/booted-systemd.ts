/** A whole system, booted in namespaces of its own. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { askUntil } from './private-keepalived.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const bootScript = join(repository, 'test/appliance/inside/boot-system.sh');
/** Where the repository is seen inside. */
const insideRepository = '/mnt/keepalived-wai';
const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup'];
let booted = 0;

export interface BootedSystem {
  /** What `nsenter` must be told before a command that is to run inside. */
  enterArguments: string[];
  /** The path inside of a file of the repository. */
  insidePath: (path: string) => string;
  end(): Promise<void>;
}

/** What becomes process 1, and how it says that it has booted. */
interface Init {
  words: string[];
  question: string[];
  answers: RegExp;
}

const systemd: Init = {
  words: ['/lib/systemd/systemd', '--system', '--unit=sysinit.target'],
  question: ['systemctl', 'is-system-running'],
  answers: /^(running|degraded)$/,
};
/** It takes in the processes that lose their parent, and does nothing else. */
const reaper: Init = {
  words: ['bash', '-c', 'while :; do sleep 60 & wait $!; done'],
  question: ['ls', insideRepository],
  answers: /^package\.json$/m,
};
const sysvinit: Init = { words: ['/sbin/init'], question: ['runlevel'], answers: /^N 2$/ };

/**
 * Boots systemd, within seconds; needs root and a writable cgroup2.
 * @param system the folder with the files of the system that boots: the machine's own, if not given
 */
export const bootSystemd = (system = '/'): Promise<BootedSystem> => boot(system, systemd);

/** Boots without systemd: by sysvinit where the system has it, else with nothing running. */
export const bootWithoutSystemd = (system = '/'): Promise<BootedSystem> =>
  boot(system, existsSync(join(system, 'etc/inittab')) ? sysvinit : reaper);

async function boot(system: string, init: Init): Promise<BootedSystem> {
  booted += 1;
  const cgroup = join(findCgroupMount(), `keepalived-wai-test-${process.pid}-${booted}`);
  mkdirSync(cgroup);
  // The shell puts itself into the cgroup before it makes the namespace of which that is the root.
  const enterCgroup = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
  // However this process ends, the system ends with it.
  const withThis = ['setpriv', '--pdeathsig', 'KILL'];
  const apart = ['unshare', ...namespaces, '--propagation=private', '--fork', '--kill-child'];
  const inside = [bootScript, repository, insideRepository, system, ...init.words];
  const child = spawn('sh', ['-c', enterCgroup, cgroup, ...withThis, ...apart, ...inside], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk));
  }
  const end = async () => {
    // Its child, process 1, is killed with it, and all of its processes with that.
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await removeCgroup(cgroup);
  };
  const outerPid = child.pid ?? 0;
  const initPid = () => readFileSync(`/proc/${outerPid}/task/${outerPid}/children`, 'utf8').trim();
  const enterArguments = () => [`--target=${initPid()}`, ...namespaces, '--root', '--wd'];
  const ask = async () => {
    // Each question costs two processes.
    await sleep(100);
    try {
      const words = [...enterArguments(), ...init.question];
      return execFileSync('nsenter', words, { stdio: 'pipe', encoding: 'utf8' }).trim();
    } catch (error) {
      return (error as { stdout?: string }).stdout?.trim() ?? '';
    }
  };
  const answer = await askUntil(ask, (text) => init.answers.test(text), 60_000);
  if (!init.answers.test(answer)) {
    await end();
    assert.fail(`${system} did not boot (${answer}): ${Buffer.concat(output).toString()}`);
  }
  const insidePath = (path: string) => path.replace(repository, insideRepository);
  return { enterArguments: enterArguments(), insidePath, end };
}

function findCgroupMount(): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const mount = mounts.map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2');
  assert.ok(mount?.[1], 'there is no cgroup2 on this machine');
  return mount[1];
}

/** A cgroup can only be removed when its processes are gone and those below it are removed. */
async function removeCgroup(cgroup: string): Promise<void> {
  const removed = await askUntil(
    () => {
      try {
        writeFileSync(join(cgroup, 'cgroup.kill'), '1');
        execFileSync('find', [cgroup, '-mindepth', '1', '-depth', '-type', 'd', '-delete'], {
          stdio: 'pipe',
        });
        rmdirSync(cgroup);
        return Promise.resolve(true);
      } catch {
        return Promise.resolve(false);
      }
    },
    (done) => done,
  );
  assert.ok(removed, `${cgroup} is still there`);
}
