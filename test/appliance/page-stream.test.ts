/** What a page hears by its stream of events, from the whole program as its own process. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import { openEvents } from '../unit/web/event-client.ts';
import type { EventClient } from '../unit/web/event-client.ts';
import {
  createDaemons,
  end,
  goodConfiguration,
  holdsAddress,
  preparePrivateMachine,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const url = 'http://127.0.0.1:9443';
const password = 'for this test only';
/** The kernel tells within some milliseconds; the rest is what a busy machine adds. */
const limitMs = 1_000;

if (inPrivateNamespaces(import.meta.url)) {
  describe('an address taken away behind keepalived’s back', { concurrency: false }, () => {
    const daemons = createDaemons();
    let program: ChildProcess;
    let log = '';
    let stream: EventClient;
    const stateOf = (data: unknown) =>
      (data as { instances?: { state?: string }[] } | undefined)?.instances?.[0]?.state;
    const newest = () => stateOf(stream.events('status').at(-1)?.data);
    const see = (what: string, accept: (state: string | undefined) => boolean) =>
      eventually(what, () => accept(newest()), { withinMs: 30_000, everyMs: 2 });
    const seeActive = () => see('Active', (state) => state === 'Active');

    before(async () => {
      preparePrivateMachine();
      writeConfiguration(goodConfiguration);
      await daemons.serve();
      writeFileSync('/run/password', `${password}\n`, { mode: 0o600 });
      program = spawn(process.execPath, [...serverWords], {
        env: {
          PATH: process.env['PATH'],
          WAI_LISTEN: '127.0.0.1:9443',
          WAI_TLS: 'off',
          WAI_STATE_DIR: '/run/state',
          WAI_SERVICE_MANAGER: 'supervised',
          WAI_ADMIN_PASSWORD_FILE: '/run/password',
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      program.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
      const isUp = () =>
        fetch(`${url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        );
      await eventually('the program', isUp, { withinMs: 60_000 }).catch((error: unknown) => {
        throw new Error(log, { cause: error });
      });
      const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
      stream = await openEvents(`${url}/api/v1/events`, { authorization });
      assert.equal(stream.statusCode, 200, log);
      await seeActive();
    });
    after(async () => {
      stream.close();
      await end(program);
      await daemons.endAll();
    });

    const takeAddress = (): number => {
      execFileSync('ip', ['address', 'del', '10.9.0.100/24', 'dev', 'eth0']);
      return performance.now();
    };

    /** @returns the longest of some times from the kernel's news to the page's, in ms */
    async function measure(): Promise<number> {
      let longestMs = 0;
      for (let round = 0; round < 5; round += 1) {
        await seeActive();
        let goneMs = takeAddress();
        await see('another state', (state) => {
          // keepalived may have put it back before anybody could see.
          if (performance.now() - goneMs > 2 * limitMs && holdsAddress()) goneMs = takeAddress();
          return state !== 'Active';
        });
        longestMs = Math.max(longestMs, performance.now() - goneMs);
        execFileSync('ip', ['address', 'replace', '10.9.0.100/24', 'dev', 'eth0']);
      }
      return longestMs;
    }

    it('is no longer Active on the page', async (context) => {
      const longestMs = await measure();
      context.diagnostic(`longest of 5: ${Math.round(longestMs)} ms`);
      assert.ok(longestMs < limitMs, `${longestMs} ms`);
    });

    it('is no longer Active on the page of a busy machine', async (context) => {
      const loops = Array.from({ length: 4 }, () =>
        daemons.remember(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })),
      );
      const longestMs = await measure();
      await Promise.all(loops.map((loop) => end(loop, 'SIGKILL')));
      context.diagnostic(`longest of 5, with 4 busy loops: ${Math.round(longestMs)} ms`);
      assert.ok(longestMs < limitMs, `${longestMs} ms`);
    });
  });
}
