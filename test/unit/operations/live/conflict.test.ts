import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VersionRecord } from '../../../../server/history/versions/version-record.ts';
import { conflictWith } from '../../../../server/operations/live/conflict.ts';

const path = '/etc/keepalived/keepalived.conf';
const tag = 'a'.repeat(64);
const current = {
  id: 'live',
  path,
  ok: true as const,
  text: '',
  tag,
  modifiedAtMs: 0,
  mode: 0o600,
};
const record = (userName: string | undefined): VersionRecord => ({
  ...{
    id: '7f6c7a52-0000-4000-8000-000000000000',
    keptAtMs: new Date(2026, 6, 4, 6, 10).getTime(),
  },
  ...{ fileId: 'live', path, tag, userName, remoteAddress: undefined },
  ...{ action: 'edit', comment: '', outcome: 'live' },
});
const tell = async (list: () => Promise<VersionRecord[]>) =>
  (await conflictWith(current, { list }, 'anna')).message;

test('a conflict names who saved the file: you in another tab, another user, or nobody here', async () => {
  const words = (userName?: string) => tell(() => Promise.resolve([record(userName)]));
  const end = 'Nothing was overwritten.';
  const outside = `${path} was changed outside of this page after you opened it. ${end}`;
  const own = (await words('anna')).replace(/06:10 \S+\. /, 'T. ');
  assert.equal(own, `You saved ${path} in another tab at T. ${end}`);
  assert.match(await words('admin'), /^admin saved \S+ at 06:10 \S+\. Nothing was overwritten\.$/);
  assert.equal(await words(), outside);
  assert.equal(await tell(() => Promise.resolve([])), outside);
  assert.equal(await tell(() => Promise.reject(new Error('damaged'))), outside);
});
