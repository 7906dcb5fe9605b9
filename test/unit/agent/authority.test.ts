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
        await assert.rejects(call(name, request, ticket), { name: 'ZodError' }, name);
      }
    }
    assert.deepEqual(told, []);
    assert.deepEqual(audited, []);
  });

  test('that changes something is done in the name of the session, and told before and after', async () => {
    const { call, signIn, told, audited } = createSampleAgent();
    const ticket = await signIn('admin');
    const changes = callNames.filter((name) => accessOf(name).isChange);
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
      if (['confirmChange', 'dismissNotice'].includes(name)) continue;
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

  test('are confirmed only by a password that was given in the last minutes', async () => {
    const { call, signIn, told } = createSampleAgent();
    const ticket = await signIn('admin');
    for (const name of proofCalls) {
      told.length = 0;
      await call(name, { ...sampleRequests[name], confirmedCommands: commands }, ticket);
      assert.ok(!JSON.stringify(told).includes('/bin/sh'), `${name} takes them without a password`);
    }
    const wrong = await call('provePassword', { password: 'wrong' }, ticket);
    assert.deepEqual(wrong, { kind: 'refused' });
    const proof = (await call('provePassword', { password }, ticket)) as { ticket: string };
    for (const name of proofCalls) {
      told.length = 0;
      await call(name, { ...sampleRequests[name], confirmedCommands: commands }, proof.ticket);
      assert.ok(JSON.stringify(told).includes('/bin/sh'), `${name} does not take them`);
    }
    await assert.rejects(call('signOut', {}, ticket), refusedAs('not-logged-in'));
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
