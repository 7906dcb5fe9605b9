/** Downloads of the log: bounded in all, and for each account. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { password } from '../web/app-harness.ts';
import { createSampleAgent } from './agent-sample.ts';
import { sampleRequests } from './sample-requests.ts';

/** A log of one line. */
async function* exportLog(): AsyncGenerator<string> {
  yield await Promise.resolve('a line\n');
}

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('one account, in however many sessions, leaves downloads to the others', async () => {
  const { call, signIn } = createSampleAgent({ exportLog });
  const begin = (ticket: string) => call('beginLogExport', {}, ticket);
  const ids: unknown[] = [];
  const sessions: string[] = [];
  while (sessions.length < 4) sessions.push(await signIn('watcher'));
  for (const ticket of sessions) ids.push(await begin(ticket));
  for (const ticket of sessions) assert.equal(await codeOf(begin(ticket)), 'too-many-downloads');

  const admin = await signIn('admin');
  assert.equal(await codeOf(begin(admin)), 'done');

  const [exportId] = ids;
  const [ticket = ''] = sessions;
  const part = await call('continueLogExport', { exportId }, ticket);
  assert.deepEqual(part, { text: 'a line\n', isLast: true });
  assert.equal(await codeOf(begin(ticket)), 'done', 'one has ended');
});

test('a download goes on while its session confirms a save with the password', async () => {
  const { call, signIn } = createSampleAgent({ exportLog });
  const ticket = await signIn('admin');
  const exportId = await call('beginLogExport', {}, ticket);
  const save = { ...sampleRequests.saveConfiguration, confirmedCommands: ['/bin/true'] };
  await call('saveConfiguration', { ...save, proof: { password } }, ticket);
  const part = await call('continueLogExport', { exportId }, ticket);
  assert.deepEqual(part, { text: 'a line\n', isLast: true });
});
