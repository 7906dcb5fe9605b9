/** How it is told who ended a keepalived, and whether one lives without its VRRP process. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  Appliance,
  KeepalivedExit,
  LogQuery,
} from '../../../../server/appliance/appliance.ts';
import type { DaemonProcess } from '../../../../server/keepalived/proof/evidence.ts';
import { parseLogLine } from '../../../../server/keepalived/runtime/log/log-lines.ts';
import { hasDeadChild } from '../../../../server/operations/live/dead-child.ts';
import { wasStoppedByOthers } from '../../../../server/operations/live/stopped-by-others.ts';
import { quicken, running, stopped } from './scripted-keepalived.ts';

describe('a keepalived that has ended', () => {
  interface Case {
    /** Newest first, of process 100. */
    log?: readonly string[];
    /** What systemd, or this program, says; from the second question on: `later`. */
    exit?: KeepalivedExit;
    later?: KeepalivedExit;
    isLogUnreadable?: boolean;
  }

  async function ask({ log = [], exit, later, isLogUnreadable = false }: Case) {
    const queries: LogQuery[] = [];
    const appliance: Pick<Appliance, 'readLog' | 'readKeepalivedExit'> = {
      readLog(query) {
        queries.push(query);
        if (isLogUnreadable) return Promise.resolve({ ok: false, reason: 'no right' } as never);
        const lines = log.map((message) =>
          parseLogLine(`2026-07-01T00:00:00Z server1 Keepalived[100]: ${message}`, 0),
        );
        return Promise.resolve({ ok: true, source: '', lines, reachedStart: true });
      },
      readKeepalivedExit: (pid) =>
        Promise.resolve(pid === 100 ? (queries.length > 1 ? (later ?? exit) : exit) : undefined),
    };
    const wasStopped = await wasStoppedByOthers(appliance, { pid: 100, sinceMs: 50_000 });
    return { wasStopped, queries };
  }

  it('was stopped where its log says so, whatever others say', async () => {
    const { wasStopped, queries } = await ask({ log: ['Stopped', 'Stopping'], exit: 'failed' });
    assert.equal(wasStopped, true);
    // The log's stamps may be of whole seconds.
    assert.deepEqual(queries, [{ limit: 300, fromMs: 49_000 }]);
    const failure = 'pid 101 exited with permanent error CONFIG. Terminating';
    assert.equal((await ask({ log: ['Stopping', failure], exit: 'stopped' })).wasStopped, false);
    assert.equal((await ask({ log: [failure, 'Stopping'] })).wasStopped, true);
  });

  it('was stopped where only who started it says so, perhaps a moment later', async () => {
    assert.equal((await ask({ exit: 'stopped' })).wasStopped, true);
    assert.equal((await ask({ exit: 'stopped', isLogUnreadable: true })).wasStopped, true);
    assert.equal((await ask({ exit: 'failed' })).wasStopped, false);
    const late = await ask({ later: 'stopped' });
    assert.deepEqual([late.wasStopped, late.queries.length], [true, 2]);
  });

  it('was not where nobody tells, or where none ran', async (context) => {
    quicken(context, 10);
    const startedMs = performance.now();
    const { wasStopped, queries } = await ask({});
    assert.equal(wasStopped, false);
    assert.ok(queries.length >= 2 && performance.now() - startedMs >= 500);
    const nobody = { readLog: () => assert.fail(), readKeepalivedExit: () => assert.fail() };
    assert.equal(await wasStoppedByOthers(nobody, { pid: undefined, sinceMs: 0 }), false);
  });
});

describe('a keepalived lives without a VRRP process that lasts', () => {
  const look = async (looks: DaemonProcess[]) => {
    let place = -1;
    const readDaemon = () => {
      place = Math.min(place + 1, looks.length - 1);
      return Promise.resolve(looks[place] ?? stopped);
    };
    return { isDead: await hasDeadChild({ readDaemon }), looks: place + 1 };
  };
  const childless: DaemonProcess = {
    ...{ state: 'running', pid: 100, startedAtMs: 0, version: '2.2.7', vrrpPid: undefined },
    childPids: [],
  };
  const one = running(100, 101);

  it('where one comes after the other, or none is there', async () => {
    assert.deepEqual(await look([one, one, one, running(100, 102)]), { isDead: true, looks: 4 });
    assert.deepEqual(await look([one, childless, one]), { isDead: true, looks: 3 });
  });

  it('not where it is the same one each time, or where keepalived itself has ended', async () => {
    assert.deepEqual(await look([one]), { isDead: false, looks: 1 });
    assert.deepEqual(await look([childless, stopped]), { isDead: false, looks: 2 });
  });
});
