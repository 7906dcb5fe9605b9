/** Confirmed changes over a real history and a real pending file; the clocks are the test's own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import { openNotices } from '../../../../server/history/notices.ts';
import { createPendingConfirmation } from '../../../../server/history/pending-confirmation.ts';
import { createVersionStore } from '../../../../server/history/versions/version-store.ts';
import { createConfirmedChanges } from '../../../../server/operations/confirm/confirmed-change.ts';
import type { ApplyRequest } from '../../../../server/operations/live/apply-request.ts';
import type { ApplyOutcome } from '../../../../server/operations/outcomes.ts';
import { createMutex } from '../../../../server/shared/mutex.ts';
import type { FinishedAction } from '../../../../server/state/failover-records.ts';
import { makeFolder } from '../../history/run-child.ts';
import { createTag } from '../../history/samples.ts';

const path = '/etc/keepalived/keepalived.conf';
const actor = { userName: 'admin', remoteAddress: '192.168.0.1' };

/** A machine whose one file becomes what is applied, unless the test says what happens instead. */
async function createMachine(context: TestContext) {
  const directory = await makeFolder(context);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const versions = await createVersionStore({ directory });
  const notices = await openNotices({ directory });
  const machine = {
    text: 'old',
    monotonicMs: 0,
    wallMs: 1_753_000_000_000,
    requests: [] as ApplyRequest[],
    actions: [] as FinishedAction[],
    /** Answers in place of the machine's own, the first one first. */
    answers: [] as ApplyOutcome[],
    confirmations: createPendingConfirmation({ directory }),
    versions,
    notices,
    /** As a new process would: nothing is remembered but what is on the disk. */
    start() {
      const exclusive = createMutex();
      const appliance: Partial<Appliance> = {
        listConfigurationFiles: () =>
          Promise.resolve([{ id: 'live', role: 'live', path, exists: true }]),
        readConfigurationId: () => Promise.resolve('server1'),
        readConfigurationFile: (id) =>
          Promise.resolve({
            ...{ ok: true, id, path, text: machine.text, tag: createTag(machine.text) },
            ...{ modifiedAtMs: 0, mode: 0o600 },
          }),
      };
      const changes = createConfirmedChanges({
        appliance: appliance as Appliance,
        keeper: { noteAction: (action) => machine.actions.push(action) },
        ...{ versions, notices, exclusive, confirmations: machine.confirmations },
        clock: { monotonicMs: () => machine.monotonicMs, wallMs: () => machine.wallMs },
        apply: async (request) => {
          machine.requests.push(request);
          const answer = machine.answers.shift();
          if (answer) return answer;
          if (request.expectedTag !== createTag(machine.text)) return conflict;
          machine.text = request.text;
          const { fileId, text, action, comment } = request;
          const version = { fileId, path, text, tag: createTag(text), action, comment };
          const { userName } = request.actor;
          await versions.keep({ ...version, userName, outcome: 'live' });
          return { kind: 'live', tag: createTag(text), findings: [], report: undefined };
        },
        onProblem: (error) => {
          throw error;
        },
      });
      context.after(() => {
        changes.close();
      });
      return {
        ...changes,
        exclusive,
        save: (text: string, confirmWithinSeconds?: number) =>
          exclusive(() =>
            changes.apply({
              ...{ fileId: 'live', text, expectedTag: createTag(machine.text), actor },
              ...{ action: 'edit', comment: '', confirmWithinSeconds },
            }),
          ),
        /** Both clocks go on, and what that sets off is done. */
        async pass(ms: number) {
          machine.monotonicMs += ms;
          machine.wallMs += ms;
          context.mock.timers.tick(ms);
          await exclusive(() => Promise.resolve());
        },
      };
    },
  };
  return machine;
}

const conflict: ApplyOutcome = {
  ...{ kind: 'conflict', currentTag: null, currentText: undefined },
  message: 'Somebody else changed it.',
};

describe('a change that must be confirmed', () => {
  it('goes back at its deadline, not before, and that is reported', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    assert.equal((await changes.save('new', 120)).kind, 'live');
    assert.deepEqual(changes.find(), { path, tag: createTag('new'), remainingMs: 120_000 });
    await changes.pass(119_000);
    assert.equal(machine.text, 'new');
    assert.equal(changes.find()?.remainingMs, 1_000);
    await changes.pass(1_000);
    assert.equal(machine.text, 'old');
    assert.equal(changes.find(), undefined);
    assert.equal(await machine.confirmations.find(), undefined);
    const [newest] = await machine.versions.list();
    assert.equal(newest?.action, 'go-back');
    assert.match(machine.notices.list()[0]?.sentence ?? '', /previous version is active again/);
    assert.deepEqual(
      machine.actions.map(({ what, userName }) => [what, userName]),
      [['going-back', 'keepalived-wai']],
    );
  });

  it('stays once it is confirmed, and only by whoever saw this one', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    assert.equal(await changes.confirm(createTag('another')), false);
    assert.equal(await changes.confirm(createTag('new')), true);
    assert.equal(await changes.confirm(createTag('new')), false);
    await changes.pass(600_000);
    assert.equal(machine.text, 'new');
    assert.equal(await machine.confirmations.find(), undefined);
  });

  it('goes back at once when it is asked to, in the name of who asked', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    assert.equal(await changes.undo(createTag('another'), actor), undefined);
    assert.equal(machine.text, 'new');
    assert.equal((await changes.undo(createTag('new'), actor))?.kind, 'live');
    assert.equal(machine.text, 'old');
    assert.equal((await machine.versions.list())[0]?.userName, 'admin');
    assert.equal(await changes.undo(createTag('new'), actor), undefined);
    assert.deepEqual(machine.notices.list(), []);
  });

  it('stays if it is confirmed at the last moment, with the deadline waiting behind', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    const confirmed = changes.exclusive(() => changes.confirm(createTag('new')));
    await changes.pass(60_000);
    assert.equal(await confirmed, true);
    assert.equal(machine.text, 'new');
    assert.equal(machine.requests.length, 1);
    assert.deepEqual(machine.notices.list(), []);
  });

  it('is not said to stay if the deadline was a moment earlier', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    const passed = changes.pass(60_000);
    const confirmed = changes.exclusive(() => changes.confirm(createTag('new')));
    await passed;
    assert.equal(await confirmed, false);
    assert.equal(machine.text, 'old');
  });

  it('goes back once if somebody asks for it at the last moment', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    const undone = changes.exclusive(() => changes.undo(createTag('new'), actor));
    await changes.pass(60_000);
    assert.equal((await undone)?.kind, 'live');
    assert.equal(machine.text, 'old');
    assert.equal(machine.requests.length, 2);
    assert.deepEqual(machine.notices.list(), []);
  });

  it('lets no other change through while it waits', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    const refusal = await changes.save('newer');
    assert.equal(refusal.kind, 'awaiting-confirmation');
    assert.equal(machine.text, 'new');
    await changes.confirm(createTag('new'));
    assert.equal((await changes.save('newer')).kind, 'live');
  });

  it('does not wait where nothing runs with it, or nothing changed', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    machine.answers.push({ kind: 'refused', findings: [], message: 'No.' });
    await changes.save('new', 60);
    assert.equal(await machine.confirmations.find(), undefined);
    await changes.save('old', 60);
    assert.equal(changes.find(), undefined);
    await changes.save('new');
    assert.equal(changes.find(), undefined);
  });

  it('accepts the dangers of going back, which nobody is there to read', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    const asked = { dangers: ['It moves.'], addedCommands: ['It runs.'] };
    machine.answers.push({ kind: 'needs-acceptance', ...asked, message: '' });
    await changes.pass(60_000);
    assert.equal(machine.text, 'old');
    assert.deepEqual(machine.requests.at(-1)?.acceptedDangers, ['It moves.']);
    assert.deepEqual(machine.requests.at(-1)?.confirmedCommands, ['It runs.']);
  });

  it('never goes back over what somebody else wrote since, and says so', async (context) => {
    const machine = await createMachine(context);
    const changes = machine.start();
    await changes.save('new', 60);
    machine.text = 'by vim';
    await changes.pass(60_000);
    assert.equal(machine.text, 'by vim');
    const [notice] = machine.notices.list();
    assert.equal(notice?.severity, 'critical');
    assert.match(notice.sentence, /not rolled back\. Somebody else changed it/);
    assert.equal(changes.find(), undefined);
  });
});

describe('a restart while a change waits', () => {
  it('waits on for the rest of the time', async (context) => {
    const machine = await createMachine(context);
    const first = machine.start();
    await first.save('new', 120);
    first.close();
    machine.wallMs += 100_000;
    // The monotonic clock starts again with the machine.
    machine.monotonicMs = 5;
    const second = machine.start();
    await second.resume();
    assert.equal(second.find()?.remainingMs, 20_000);
    await second.pass(20_000);
    assert.equal(machine.text, 'old');
  });

  it('goes back at once if the deadline has passed', async (context) => {
    const machine = await createMachine(context);
    const first = machine.start();
    await first.save('new', 60);
    first.close();
    machine.wallMs += 3_600_000;
    await machine.start().resume();
    assert.equal(machine.text, 'old');
  });

  it('does not wait for years because the wall clock was set back', async (context) => {
    const machine = await createMachine(context);
    const first = machine.start();
    await first.save('new', 60);
    first.close();
    machine.wallMs = 0;
    const second = machine.start();
    await second.resume();
    assert.equal(second.find()?.remainingMs, 600_000);
  });

  it('leaves alone what is no longer the file that waited', async (context) => {
    const machine = await createMachine(context);
    const first = machine.start();
    await first.save('new', 60);
    first.close();
    machine.text = 'by vim';
    machine.wallMs += 3_600_000;
    await machine.start().resume();
    assert.equal(machine.text, 'by vim');
    assert.equal(await machine.confirmations.find(), undefined);
  });

  it('is also covered before keepalived was told of the new file', async (context) => {
    const machine = await createMachine(context);
    const seen: [waiting: string | undefined, requests: number][] = [];
    const { confirmations } = machine;
    machine.confirmations = {
      ...confirmations,
      async set(confirmation) {
        await confirmations.set(confirmation);
        seen.push([confirmation?.currentTag, machine.requests.length]);
      },
    };
    await machine.start().save('new', 60);
    assert.deepEqual(seen[0], [createTag('new'), 0]);
  });
});
