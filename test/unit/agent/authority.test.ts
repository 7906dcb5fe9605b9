/** Who may call what: the agent finds it out itself, whatever the web says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callNames, callRules } from '../../../server/agent/call-rules.ts';
import type { AgentCallName, CallRule } from '../../../server/agent/call-rules.ts';
import { UserError } from '../../../server/shared/errors.ts';
import { password } from '../web/app-harness.ts';
import { createSampleAgent } from './agent-sample.ts';
import { sampleRequests } from './sample-requests.ts';

const refusedAs = (code: string) => (error: unknown) =>
  error instanceof UserError && error.code === code;

const accessOf = (name: AgentCallName): CallRule => callRules[name];
const namesOf = (access: CallRule['access']) =>
  callNames.filter((name) => accessOf(name).access === access);

test('every call has a sample here, and its schema takes it', () => {
  assert.deepEqual(Object.keys(sampleRequests).sort(), [...callNames].sort());
  for (const name of callNames) {
    accessOf(name).request.parse(sampleRequests[name]);
  }
});

const withoutActor: AgentCallName[] = [
  ...(['confirmChange', 'dismissNotice', 'showPairingCode', 'withdrawPairingCode'] as const),
  ...(['pairWith', 'unpair', 'setPairGrant'] as const),
];

describe('a call', () => {
  test('without a ticket, or with one that was never given, meets only what is public', async () => {
    const { call, told, agent } = createSampleAgent();
    for (const name of [...namesOf('viewer'), ...namesOf('admin')]) {
      for (const ticket of [undefined, '', 'admin', 'A'.repeat(43)]) {
        await assert.rejects(
          call(name, sampleRequests[name], ticket),
          refusedAs('not-logged-in'),
          name,
        );
      }
    }
    assert.deepEqual(told, []);
    assert.equal(
      await agent.call('findSignedIn', { ticket: 'x', address: 'unix', request: { isUse: true } }),
      undefined,
    );
  });

  test('of a viewer does nothing that is for administrators, and leaves no trace of it', async () => {
    const { call, signIn, told, audited } = createSampleAgent();
    const ticket = await signIn('watcher');
    for (const name of namesOf('admin')) {
      await assert.rejects(
        call(name, sampleRequests[name], ticket),
        refusedAs('not-allowed'),
        name,
      );
    }
    assert.deepEqual(told, []);
    assert.deepEqual(audited, []);
  });

  test('with the ticket of a session that was ended is a stranger’s', async () => {
    const { call, signIn, told } = createSampleAgent();
    const ticket = await signIn('admin');
    await call('signOut', {}, ticket);
    for (const name of [...namesOf('viewer'), ...namesOf('admin')]) {
      await assert.rejects(
        call(name, sampleRequests[name], ticket),
        refusedAs('not-logged-in'),
        name,
      );
    }
    assert.deepEqual(told, []);
  });

  test('with more than its row of the table says is refused before anything is done', async () => {
    const { call, signIn, told, audited } = createSampleAgent();
    const ticket = await signIn('admin');
    for (const name of callNames) {
      for (const request of [
        { ...sampleRequests[name], role: 'admin' },
        { ...sampleRequests[name], actor: { userName: 'root', remoteAddress: 'x' } },
        [],
        'x',
        null,
      ]) {
        await assert.rejects(call(name, request, ticket), refusedAs('bad-call'), name);
      }
    }
    assert.deepEqual(told, []);
    assert.deepEqual(audited, []);
  });

  test('that may not be made says nothing of what it takes, however wrong it is', async () => {
    const { call, signIn } = createSampleAgent();
    const watcher = await signIn('watcher');
    for (const request of [{ more: 1 }, [], null, undefined, 'x'.repeat(10_000)]) {
      for (const name of [...namesOf('viewer'), ...namesOf('admin')]) {
        await assert.rejects(call(name, request), refusedAs('not-logged-in'), name);
      }
      for (const name of namesOf('admin')) {
        await assert.rejects(call(name, request, watcher), refusedAs('not-allowed'), name);
      }
    }
  });

  test('that changes something is done in the name of the session, and told before and after', async () => {
    const { call, signIn, told, audited } = createSampleAgent();
    const ticket = await signIn('admin');
    const changes = callNames.filter(
      (name) => accessOf(name).isChange && name !== 'changePassword',
    );
    for (const name of changes) {
      told.length = 0;
      audited.length = 0;
      await call(name, sampleRequests[name], ticket);
      const facts = { call: name, userName: 'admin', remoteAddress: '192.0.2.7' };
      assert.deepEqual(audited, [
        { ...facts, outcome: 'begins' },
        { ...facts, outcome: 'done' },
      ]);
      assert.ok(told.length > 0, name);
      const actor = { userName: 'admin', remoteAddress: '192.0.2.7' };
      // The history does not have these: the log alone says who did them.
      if (withoutActor.includes(name)) continue;
      assert.ok(JSON.stringify(told[0]).includes(JSON.stringify(actor)), name);
    }
  });

  test('that fails is told as failed', async () => {
    const { call, signIn, audited } = createSampleAgent({
      confirmChange: () => Promise.reject(new Error('the disk is full')),
    });
    const ticket = await signIn('admin');
    await assert.rejects(call('confirmChange', sampleRequests.confirmChange, ticket));
    assert.equal(audited.at(-1)?.outcome, 'failed');
  });
});

describe('commands that keepalived would run', () => {
  const proofCalls = callNames.filter((name) => accessOf(name).takesProof);
  const commands = ['/bin/sh -c id'];

  test('are confirmed only with the password, and by that save alone', async () => {
    const { call, signIn, told } = createSampleAgent();
    const ticket = await signIn('admin');
    for (const name of proofCalls) {
      const save = { ...sampleRequests[name], confirmedCommands: commands };
      const isConfirmed = async (proof?: object) => {
        told.length = 0;
        await call(name, { ...save, ...(proof && { proof }) }, ticket);
        return JSON.stringify(told).includes('/bin/sh');
      };
      assert.equal(await isConfirmed(), false, `${name} takes them without a password`);
      assert.equal(
        await isConfirmed({ id: 'A'.repeat(43) }),
        false,
        `${name} takes an invented id`,
      );
      assert.equal(await isConfirmed({ password }), true, `${name} does not take them`);
      assert.equal(await isConfirmed(), false, `${name} takes them for a password of before`);
      assert.doesNotMatch(JSON.stringify(told), /correct horse/);
    }
  });

  test('with a wrong password nothing is done, and guessing is slowed down', async () => {
    const { call, signIn, told, audited } = createSampleAgent();
    const ticket = await signIn('admin');
    const save = { ...sampleRequests.saveConfiguration, confirmedCommands: commands };
    const guess = () =>
      call('saveConfiguration', { ...save, proof: { password: 'wrong' } }, ticket);
    for (let count = 0; count < 3; count += 1) {
      await assert.rejects(guess(), refusedAs('password-refused'));
      assert.equal(audited.at(-1)?.outcome, 'failed');
    }
    await assert.rejects(guess(), refusedAs('password-wait'));
    assert.deepEqual(told, []);
  });

  describe('whose save is asked once more', () => {
    const save = { ...sampleRequests.saveConfiguration, confirmedCommands: commands };
    /** Sessions whose saves are dangerous, and the id that one of them was given for `save`. */
    const ask = async () => {
      const asked = {
        ...{ kind: 'needs-acceptance' as const, message: 'Not yet.' },
        ...{ dangers: ['It stops.'], addedCommands: [] },
      };
      const saved: object[] = [];
      const answer = (request: object) => {
        saved.push(request);
        return Promise.resolve(asked);
      };
      const sample = createSampleAgent({
        saveConfiguration: answer,
        setUpDrill: (request) =>
          answer(request).then((outcome) => ({ plan: {} as never, outcome })),
      });
      const ticket = await sample.signIn('admin');
      const call = async (request: object, by = ticket) => {
        const outcome = await sample.call('saveConfiguration', request, by);
        return outcome as { proof?: string };
      };
      const { proof: id = '' } = await call({ ...save, proof: { password } });
      assert.match(id, /^[\w-]{43}$/);
      const isConfirmed = async (request: object, by = ticket) => {
        await call({ ...request, proof: { id } }, by);
        return JSON.stringify(saved.at(-1)).includes('/bin/sh');
      };
      return { ...sample, ticket, id, call, saved, isConfirmed };
    };

    test('are confirmed once without the password, whatever is accepted then', async () => {
      const { isConfirmed, call } = await ask();
      const again = { ...save, acceptedDangers: ['It stops.'], comment: 'after all' };
      assert.equal(await isConfirmed(again), true);
      assert.equal(await isConfirmed(again), false, 'a second time');
      assert.equal(
        (await call(save)).proof,
        undefined,
        'nothing is given for what was not confirmed',
      );
    });

    for (const [what, other] of [
      ['another text', { text: 'vrrp_script theirs { }' }],
      ['another file', { fileId: 'stored-master' }],
      ['a file that is another one since', { expectedTag: 'b'.repeat(64) }],
      ['another command', { confirmedCommands: [...commands, '/bin/sh -c reboot'] }],
      ['fewer commands', { confirmedCommands: ['/bin/sh'] }],
    ] as const) {
      test(`are not confirmed for ${what}, nor by the same id afterwards`, async () => {
        const { isConfirmed } = await ask();
        assert.equal(await isConfirmed({ ...save, ...other }), false);
        assert.equal(await isConfirmed(save), false);
      });
    }

    test('are not confirmed in another session, of the same administrator', async () => {
      const { isConfirmed, signIn } = await ask();
      assert.equal(await isConfirmed(save, await signIn('admin')), false);
    });

    test('are not confirmed for another call', async () => {
      const { agent, ticket, id, saved } = await ask();
      const request = { ...sampleRequests.setUpDrill, confirmedCommands: commands, proof: { id } };
      await agent.call('setUpDrill', { ticket, address: 'unix', request });
      assert.ok(!JSON.stringify(saved.at(-1)).includes('/bin/sh'));
    });
  });

  test('every call that can be given them asks for the proof', () => {
    const taking = callNames
      .filter((name) => 'shape' in accessOf(name).request)
      .filter(
        (name) =>
          'confirmedCommands' in (accessOf(name).request as unknown as { shape: object }).shape,
      );
    assert.deepEqual(taking, proofCalls);
  });
});

test('only services of WAI_SERVICES are controlled, by their very name', async () => {
  const { call, signIn, told } = createSampleAgent();
  const ticket = await signIn('admin');
  for (const service of ['ssh', 'keepalived.service', '-x', '../keepalived', '']) {
    await assert.rejects(
      call('controlServices', { services: ['keepalived', service], action: 'stop' }, ticket),
      refusedAs('unknown-service'),
      service,
    );
  }
  assert.deepEqual(told, []);
});

test('however many follow the log, it is followed once', () => {
  let followers = 0;
  let closed = 0;
  const { agent } = createSampleAgent({
    followLog: () => {
      followers += 1;
      return Promise.resolve({ close: () => (closed += 1) } as never);
    },
  });
  const stops = Array.from({ length: 100 }, () => agent.follow('log', () => undefined));
  assert.equal(followers, 1);
  for (const stop of stops) stop();
  return Promise.resolve().then(() => {
    assert.equal(closed, 1);
  });
});

test('however many follow the status, it is made once for all of them', () => {
  let made = 0;
  const { agent } = createSampleAgent({
    readNotices: () => {
      made += 1;
      return [];
    },
  });
  const told: object[][] = [];
  const stops = Array.from({ length: 64 }, () => {
    const own: object[] = [];
    told.push(own);
    return agent.follow('mirror', (event) => own.push(event));
  });
  made = 0;
  agent.noteAccounts();
  assert.equal(made, 1);
  assert.equal(new Set(told.map((own) => own.at(-1))).size, 1, 'one and the same for all');
  for (const stop of stops) stop();
  agent.noteAccounts();
  assert.equal(made, 1, 'nobody follows any more');
});

test('a session of the first password may choose another and end, whatever its role; nothing else', async () => {
  const changed: unknown[] = [];
  const { call, signIn, told } = createSampleAgent(
    {},
    {
      isFirst: (name) => Promise.resolve(name === 'admin'),
      change: (...given) => {
        changed.push(given);
        return Promise.resolve();
      },
    },
  );
  const ticket = await signIn('admin');
  const allowed = callNames.filter((name) => accessOf(name).isBeforeOwnPassword);
  assert.deepEqual(allowed.toSorted(), ['changePassword', 'signOut']);
  for (const name of [...namesOf('viewer'), ...namesOf('admin')]) {
    if (allowed.includes(name)) continue;
    await assert.rejects(
      call(name, sampleRequests[name], ticket),
      refusedAs('first-password'),
      name,
    );
  }
  assert.deepEqual(told, []);
  const header = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  assert.deepEqual(await call('signInProgram', { header }), { kind: 'first-password' });
  const own = 'a password of my own';
  const wrong = await call('changePassword', { password: 'wrong', newPassword: own }, ticket);
  assert.deepEqual([wrong, changed], [{ kind: 'refused' }, []]);
  const done = await call('changePassword', { password, newPassword: own }, ticket);
  assert.deepEqual(changed, [['admin', own]]);
  const { ticket: next } = done as { ticket: string };
  await call('listVersions', {}, next);
  await assert.rejects(call('listVersions', {}, ticket), refusedAs('not-logged-in'));
});
