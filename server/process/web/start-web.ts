/** The web as a child of the agent, where no service manager starts it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { webProgram } from '../../own-folders.ts';
import type { ServiceLog } from '../service-log.ts';
import { relayOutput } from './relay-output.ts';
import { pairDescriptor } from './web-pair.ts';
import { findWebUser } from './web-user.ts';

export interface WebChild {
  /** The agent's end of the pair over which the two speak. */
  socket: Socket;
  /** The exit status; undefined: a signal ended it. */
  ended: Promise<number | undefined>;
  /** Has it end in order. */
  stop(): Promise<void>;
}

/** Streams are closed and answers are sent within a moment. */
const stopsWithinMs = 8_000;
const lastWordsMs = 1_000;

/**
 * Starts it as a user without rights, which it becomes as soon as it listens: a port below 1024, and
 * files that only root reads, are root's to open. What it could gain by a program with more rights is
 * given up before (`no_new_privs`).
 * @param log takes what it writes, each line marked as the web's
 * @throws {UserError} `no-web-user`
 */
export async function startWeb(
  environment: NodeJS.ProcessEnv,
  log: Pick<ServiceLog, 'say'>,
): Promise<WebChild> {
  const words = [...process.execArgv, webProgram];
  const isRoot = process.geteuid?.() === 0;
  const user = isRoot ? await findWebUser() : undefined;
  const command = user
    ? ['setpriv', '--no-new-privs', '--inh-caps=-all', '--', process.execPath, ...words]
    : [process.execPath, ...words];
  const [program = '', ...rest] = command;
  const child = spawn(program, [...rest, ...(user ? [`--user=${user.uid}:${user.gid}`] : [])], {
    env: withoutSettings(environment),
    // Its output is ours to mark: it could be anything.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // In a session of its own: it must not type into root's terminal (TIOCSTI).
    detached: true,
  });
  const outputs = [child.stdio[1], child.stdio[2]] as Readable[];
  const relayed = Promise.all(outputs.map((output) => relayOutput(output, log)));
  const ended = untilEnd(child, log).then(async (status) => {
    // Its last words say why. A process that it has left behind may hold them open.
    await Promise.race([relayed, sleep(lastWordsMs, undefined, { ref: false })]);
    for (const output of outputs) output.destroy();
    return status;
  });
  return {
    socket: child.stdio[pairDescriptor] as Socket,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const hardEnd = setTimeout(() => child.kill('SIGKILL'), stopsWithinMs);
      await ended;
      clearTimeout(hardEnd);
    },
  };
}

/** Its settings come from the agent, so that there is one reading of them; it is no service itself. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(WAI_|NOTIFY_SOCKET|WATCHDOG_)/.test(name)),
  );
}

async function untilEnd(
  child: ChildProcess,
  log: Pick<ServiceLog, 'say'>,
): Promise<number | undefined> {
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.say('error', `keepalived-wai: the web cannot be started: ${reason}`);
    return 1;
  }
}
