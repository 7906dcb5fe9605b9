import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  InstanceStatus,
  WatchedItem,
} from '../../../../../server/keepalived/status/status.ts';
import { describeWatching } from '../../../../../server/web/pages/keepalived/watching.ts';
import { sampleInstance, wallMs } from '../samples.ts';

const script = (good: boolean | undefined): WatchedItem => ({
  ...{
    kind: 'script',
    name: 'chk_vshell',
    good,
    detail: good === false ? 'exited with status 7' : '',
  },
  ...{ weight: 0, forcesFault: true, sinceMs: wallMs - 60_000 },
});

function describe(instance: Partial<InstanceStatus>) {
  const [section] = describeWatching([sampleInstance(instance)], wallMs);
  assert.ok(section);
  return {
    rows: section.rows.map(({ label, name, result, detail, since, effect }) =>
      [label, name, result, detail, since?.elapsed.words ?? '', effect].join(' | '),
    ),
    explanation: section.explanation,
  };
}

const refused = { ...sampleInstance().healthcheck, words: 'Connection refused', good: false };

test('keepalived’s results stand beside the page’s own request', () => {
  const { rows, explanation } = describe({
    watched: [
      script(true),
      {
        ...script(false),
        kind: 'interface',
        name: 'eth1',
        weight: -20,
        forcesFault: false,
        detail: '',
        sinceMs: undefined,
      },
      {
        ...script(undefined),
        kind: 'process',
        name: 'nginx',
        weight: 10,
        forcesFault: false,
        sinceMs: undefined,
      },
    ],
  });
  assert.deepEqual(rows, [
    'Script | chk_vshell | Succeeded |  | 1 min | Fault: releases the address',
    'Interface | eth1 | Down |  |  | priority -20',
    'Process | nginx | Not checked yet |  |  | without the priority bonus of 10',
    'Test from this page | http://127.0.0.1:8080/healthcheck | Connection OK | in 4 ms |  | no effect',
  ]);
  assert.equal(explanation, undefined);
});

test('`reverse` turns what a result does', () => {
  const reversed = (item: WatchedItem, weight: number): WatchedItem => ({
    ...{ ...item, weight, isReversed: true },
    forcesFault: weight === 0,
  });
  const watched = [
    reversed(script(true), 0),
    reversed(script(true), 20),
    reversed({ ...script(false), kind: 'process' }, -20),
  ];
  const [section] = describeWatching([sampleInstance({ watched })], wallMs);
  assert.deepEqual(
    section?.rows.slice(0, 3).map(({ tone, effect }) => [tone, effect]),
    [
      [
        'bad',
        'Fault while it succeeds: releases the address (“reverse”; keepalived forgets it at a reload)',
      ],
      ['bad', 'priority -20 while it succeeds (“reverse”; keepalived forgets it at a reload)'],
      ['good', 'priority +20 while it is missing (“reverse”)'],
    ],
  );
});

test('“Connection OK” here and “failed” there are explained', () => {
  const { rows, explanation } = describe({ watched: [script(false)] });
  assert.match(rows[0] ?? '', /Failed \| exited with status 7/);
  assert.match(
    explanation ?? '',
    /^This page reaches the healthcheck URL, but keepalived’s chk_vshell failed\. keepalived runs its own command, .* only every 120 s/,
  );
});

test('so is the opposite', () => {
  const { explanation } = describe({
    watched: [script(true)],
    healthcheck: refused as InstanceStatus['healthcheck'],
  });
  assert.match(
    explanation ?? '',
    /^The test from this page fails \(Connection refused\), but keepalived’s chk_vshell succeeded/,
  );
});

test('both fail: nothing to explain', () => {
  const healthcheck = refused as InstanceStatus['healthcheck'];
  assert.equal(describe({ watched: [script(false)], healthcheck }).explanation, undefined);
});
