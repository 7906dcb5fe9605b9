import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { root } from '../step.mjs';

const mostMegabytes = 900;

/** A worker that is started again when a mutant has stopped or spoilt it. */
export function createWorker() {
  let child;

  function start() {
    child ??= fork(path.join(import.meta.dirname, 'worker.mjs'), {
      cwd: root,
      execArgv: ['--max-old-space-size=1500'],
      env: { ...process.env, WAI_TEST_BUILD: '1' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return child;
  }

  async function end() {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill('SIGKILL');
    await once(ending, 'exit');
  }

  return {
    end,
    /** Answers what the worker does; or how the mutant was noticed, if the worker did not survive it. */
    async ask(request, timeoutMs) {
      const asked = start();
      let timer;
      const answer = await new Promise((resolve) => {
        timer = setTimeout(resolve, timeoutMs, { killedBy: 'the time limit', isLost: true });
        asked.once('message', resolve);
        asked.once('exit', () => resolve({ killedBy: 'the end of the process', isLost: true }));
        asked.send(request, () => undefined);
      });
      clearTimeout(timer);
      asked.removeAllListeners('message').removeAllListeners('exit');
      const { isLost, megabytes, ...rest } = answer;
      if (isLost || megabytes === undefined || megabytes > mostMegabytes) await end();
      return rest;
    },
  };
}
