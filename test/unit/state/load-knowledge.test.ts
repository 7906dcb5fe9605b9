/** Which load of the daemon is known, and whether the file is newer than it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Appliance, LogQuery } from '../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../server/keepalived/config/questions.ts';
import type { DaemonProcess } from '../../../server/keepalived/proof/evidence.ts';
import { parseLogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import { findLoadKnowledge, wasEditedSince } from '../../../server/state/load-knowledge.ts';
import type { LoadKnowledge } from '../../../server/state/load-knowledge.ts';

const startedAtMs = Date.parse('2026-11-24T14:00:00Z');
const running: DaemonProcess = {
  ...{ state: 'running', pid: 7, startedAtMs, version: '2.2.7', vrrpPid: 8, childPids: [8] },
};
const started: LoadKnowledge = {
  ...{ daemonPid: 7, loadedAtMs: startedAtMs, uncertaintyMs: 0, loadedTag: undefined },
};
const minutes = (count: number) => startedAtMs + count * 60_000;
const lineAt = (atMs: number, message: string) =>
  parseLogLine(`${new Date(atMs).toISOString()} server1 Keepalived[7]: ${message}`, atMs);

/** A log with these lines, newest first; undefined: it cannot be read. */
function createLog(lines: ReturnType<typeof lineAt>[] | undefined) {
  const queries: LogQuery[] = [];
  const appliance: Partial<Appliance> = {
    readLog(query) {
      queries.push(query);
      return Promise.resolve(
        lines
          ? { ok: true, source: '', lines, reachedStart: true, newest: '' }
          : { ok: false, source: '', message: 'It cannot be read.' },
      );
    },
  };
  return { appliance: appliance as Appliance, queries };
}

describe('the newest load that is known', () => {
  const find = (
    log: ReturnType<typeof createLog>,
    daemon: DaemonProcess,
    known: LoadKnowledge | undefined,
    modifiedAtMs: number,
  ) => findLoadKnowledge(log.appliance, daemon, known, modifiedAtMs);

  test('is the start of the daemon, and costs no look at the log for an older file', async () => {
    const log = createLog([lineAt(minutes(9), 'Reloading ...')]);
    assert.deepEqual(await find(log, running, undefined, startedAtMs), started);
    assert.deepEqual(log.queries, []);
  });

  test('is a reload that the log tells of, where the file is newer than the start', async () => {
    for (const message of ['Reloading ...', 'Reload complete', 'Reload   complete']) {
      const log = createLog([
        lineAt(minutes(4), 'Reload_time_file is not set'),
        lineAt(minutes(3), message),
        lineAt(minutes(1), 'Reloading ...'),
      ]);
      assert.deepEqual(await find(log, running, undefined, minutes(2)), {
        ...{ daemonPid: 7, loadedAtMs: minutes(3), loadedTag: undefined },
        // A log that writes whole seconds.
        uncertaintyMs: 999,
      });
      assert.deepEqual(log.queries, [{ limit: 20, filter: 'Reload' }]);
    }
  });

  test('is exact where the log is', async () => {
    const log = createLog([lineAt(minutes(3) + 250, 'Reloading ...')]);
    const found = await find(log, running, undefined, minutes(2));
    assert.deepEqual([found?.loadedAtMs, found?.uncertaintyMs], [minutes(3) + 250, 0]);
  });

  test('stays what is known where the log tells nothing newer', async () => {
    const known: LoadKnowledge = { ...started, loadedAtMs: minutes(5), loadedTag: 'mine' };
    for (const log of [
      createLog([]),
      createLog(undefined),
      createLog([lineAt(minutes(5), 'Reloading ...')]),
      createLog([lineAt(minutes(9), 'Not reloading: Reload failed')]),
    ]) {
      assert.deepEqual(await find(log, running, known, minutes(6)), known);
    }
  });

  test('of another daemon counts for nothing', async () => {
    const known: LoadKnowledge = { ...started, daemonPid: 6, loadedTag: 'its' };
    assert.deepEqual(await find(createLog([]), running, known, 0), started);
  });

  test('is kept while the daemon cannot be looked at, and forgotten when it stops', async () => {
    const unknown: DaemonProcess = { state: 'unknown', reason: 'no right' };
    const stopped: DaemonProcess = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] };
    assert.equal(await find(createLog([]), unknown, started, minutes(1)), started);
    assert.equal(await find(createLog([]), stopped, started, minutes(1)), undefined);
  });
});

test('a file was edited since a load if its text or its time says so', () => {
  const summary = summarizeConfiguration({ children: [], problems: [] });
  const edited = (knowledge: Partial<LoadKnowledge>, modifiedAtMs: number) =>
    wasEditedSince(
      { ...started, ...knowledge },
      { ok: true, tag: 'now', summary, modifiedAtMs: startedAtMs + modifiedAtMs },
    );
  assert.equal(edited({}, -1), false);
  assert.equal(edited({}, 0), false);
  assert.equal(edited({}, 1), true);
  // Within the second that the log's stamp leaves open nobody can tell.
  assert.equal(edited({ uncertaintyMs: 999 }, 999), undefined);
  assert.equal(edited({ uncertaintyMs: 999 }, 1_000), true);
  assert.equal(edited({ loadedTag: 'now' }, -1), false);
  // What was loaded is another text, however old the file says it is.
  assert.equal(edited({ loadedTag: 'another' }, -1), true);
});
