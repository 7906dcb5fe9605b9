import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOperations } from '../../../../server/operations/create-operations.ts';
import type { ApplyOutcome } from '../../../../server/operations/outcomes.ts';
import { createMutex } from '../../../../server/shared/mutex.ts';
import type { StateKeeper } from '../../../../server/state/state-keeper.ts';

type Parts = Parameters<typeof createOperations>[0];

test('a drill is answered when it is known what keepalived tracks now', async () => {
  const events: string[] = [];
  const refresh: StateKeeper['refresh'] = async (options) => {
    await Promise.resolve();
    events.push(options?.withTracking === true ? 'with tracking' : 'without tracking');
  };
  const operations = createOperations({
    appliance: {
      // Nothing is configured: the drill goes no further.
      listConfigurationFiles: () => Promise.resolve([]),
      readConfigurationFile: () => Promise.resolve({ ok: false, message: 'It is missing.' }),
      readConfigurationId: () => Promise.resolve(undefined),
    },
    keeper: { refresh },
    exclusive: createMutex(),
    confirmed: { find: () => undefined },
  } as unknown as Parts);
  const request = { instanceName: 'VI_1', action: 'maintenance', way: 'priority' } as const;
  const actor = { userName: 'admin', remoteAddress: 'unix' };
  const outcome = await operations.runDrill({ ...request, actor, acceptedDangers: [] });
  assert.equal(outcome.kind, 'refused');
  assert.deepEqual(events, ['with tracking']);
});

test('a save that changed what runs is reported with its author, a refused one is not', async () => {
  const told: unknown[] = [];
  let outcome = { kind: 'restored', findings: [] } as unknown as ApplyOutcome;
  const operations = createOperations({
    appliance: {},
    keeper: {
      refresh: () => Promise.resolve(),
      noteAction: ({ what, userName }: { what: string; userName: string }) =>
        told.push(`${what} by ${userName}`),
    },
    exclusive: createMutex(),
    confirmed: { find: () => undefined, apply: () => Promise.resolve(outcome) },
  } as unknown as Parts);
  const actor = { userName: 'maria', remoteAddress: '192.0.2.7' };
  const request = {
    fileId: 'live',
    text: '',
    expectedTag: null,
    action: 'edit' as const,
    comment: '',
  };
  await operations.saveConfiguration({ ...request, actor });
  assert.deepEqual(told, ['save by maria']);
  outcome = { kind: 'refused', findings: [], message: '' };
  await operations.saveConfiguration({ ...request, actor });
  assert.equal(told.length, 1);
});

test('whoever starts, stops, reloads or undoes is reported, and from where, if anything was tried', async () => {
  const told: unknown[] = [];
  let daemon: object = { state: 'running', pid: 1 };
  const answer = { result: 'failed', exitCode: 1, stdout: '', stderr: '', command: 'stop' };
  const operations = createOperations({
    appliance: {
      readDaemon: () => Promise.resolve(daemon),
      readRuntime: () => Promise.resolve({ ok: false, reason: 'none' }),
      readNetwork: () => Promise.resolve({ ok: false, reason: 'none' }),
      listConfigurationFiles: () => Promise.resolve([]),
      readConfigurationFile: () => Promise.resolve({ ok: false, message: 'It is missing.' }),
      readConfigurationId: () => Promise.resolve(undefined),
      setStartOnBoot: () => Promise.resolve(answer),
      controlService: () => Promise.resolve(answer),
    },
    keeper: {
      refresh: () => Promise.resolve(),
      noteAction: (action: { durationMs: number }) =>
        told.push(
          Object.fromEntries(Object.entries(action).filter(([key]) => key !== 'durationMs')),
        ),
    },
    exclusive: createMutex(),
    confirmed: {
      find: () => undefined,
      undo: () => Promise.resolve({ kind: 'live' }),
    },
  } as unknown as Parts);
  const actor = { userName: 'maria', remoteAddress: '192.0.2.7' };
  await operations.undoChange('tag', actor);
  assert.deepEqual(told.splice(0), [{ what: 'save', ...actor }]);
  await operations.controlKeepalived('stop', actor);
  await operations.controlServices(['keepalived', 'sshd'], 'stop-and-disable', actor);
  assert.deepEqual(told.splice(0), [
    { what: 'stop', ...actor },
    { what: 'stop', ...actor },
  ]);
  daemon = { state: 'unknown', reason: 'no rights' };
  // Refused, because nobody can tell whether it runs; and what does not move an address.
  await operations.controlKeepalived('stop', actor);
  await operations.controlServices(['keepalived', 'sshd'], 'disable', actor);
  await operations.controlServices(['sshd'], 'stop', actor);
  assert.deepEqual(told, []);
});
