/** What the Debug page says of an examination, and how old it is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { checkIds } from '../../../../server/keepalived/diagnosis/check.ts';
import type { Check, CheckId } from '../../../../server/keepalived/diagnosis/check.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import { noEvidence } from '../../../../server/keepalived/status/no-evidence.ts';
import type { Evidence } from '../../../../server/keepalived/status/status.ts';
import { createReport, trustedMs } from '../../../../server/operations/debug/debug-report.ts';
import type { Session } from '../../../../server/operations/debug/debug-report.ts';
import type { Examination } from '../../../../server/operations/debug/examination.ts';
import { hideFromViewer } from '../../../../server/operations/debug/hide-from-viewer.ts';
import { fromFirst, fromSecond, inputOf } from '../../keepalived/diagnosis/scenario.ts';

const nowMs = 100_000_000;
const clock = { monotonicMs: () => 5_000, wallMs: () => nowMs };
const scene = inputOf({ state: 'MASTER' });

const evidenceOf = (changes: Partial<Evidence> = {}): Evidence => ({
  ...noEvidence,
  configuration: {
    value: {
      ...{ ok: true, tag: 'a', summary: scene.configuration, modifiedAtMs: 0 },
      editedSinceLoad: false,
    },
    atMs: 0,
  },
  network: scene.network && { value: scene.network, atMs: 4_000 },
  runtime: scene.runtime && { value: scene.runtime, atMs: 4_000 },
  ...changes,
});

function sessionOf({
  isOver = false,
  heard = scene.heard,
  problems = new Map<string, string>(),
  ...session
}: Partial<Omit<Session, 'examination'>> & {
  isOver?: boolean;
  heard?: typeof scene.heard;
  problems?: Map<string, string>;
} = {}): Session {
  const examination: Partial<Examination> = {
    ...{ startedAtMs: nowMs - 60_000, endsAtMs: nowMs - 10_000 },
    isOver: () => isOver,
    findings: () => ({ heard, log: [] }),
    problems: () => problems,
  };
  return { kind: 'check', tag: 'a', examination: examination as Examination, ...session };
}

const check = (id: CheckId, changes: Partial<Check> = {}): Check => ({
  ...{ id, title: id, verdict: 'good', sentence: 'It is so.', evidence: [], remedy: undefined },
  about: { instance: 'VI_1' },
  ...changes,
});

describe('the report without an examination', () => {
  it('has every check, as of now; what nobody has listened for cannot be told', () => {
    const report = createReport(undefined, evidenceOf(), clock);
    assert.deepEqual(report.checks?.map(({ id }) => id).toSorted(), checkIds.toSorted());
    assert.ok(report.checks.every(({ atMs, isStale }) => atMs === nowMs && !isStale));
    const password = report.checks.find(({ id }) => id === 'password');
    assert.equal(password?.verdict, 'cannot-tell');
    assert.deepEqual(
      [report.examination, report.reason, report.clusters],
      [undefined, undefined, []],
    );
    assert.deepEqual(report.interfaceNames, ['eth0']);
    assert.ok(report.freeVirtualRouterIds.length > 0);
    assert.ok(!report.freeVirtualRouterIds.includes(51));
  });

  it('has none where there is no configuration, and says why if that is known', () => {
    const value = { ok: false as const, reason: 'There is no file.' };
    const unread = createReport(
      undefined,
      evidenceOf({ configuration: { value, atMs: 0 } }),
      clock,
    );
    assert.deepEqual(
      [unread.checks, unread.reason, unread.interfaceNames],
      [undefined, 'There is no file.', []],
    );
    const unasked = createReport(undefined, noEvidence, clock);
    assert.deepEqual([unasked.checks, unasked.reason], [undefined, undefined]);
  });
});

describe('an examination that goes on', () => {
  it('is described, with where nothing was heard', () => {
    const problems = new Map([['eth0', 'there is no such device']]);
    const { examination } = createReport(sessionOf({ problems }), evidenceOf(), clock);
    assert.deepEqual(examination, {
      ...{ kind: 'check', startedAtMs: nowMs - 60_000, endsAtMs: nowMs - 10_000 },
      ...{ hasFailed: false, isRunning: true, isOutdated: false },
      problems: [{ interfaceName: 'eth0', reason: 'there is no such device' }],
    });
  });

  it('is of a file that may be another one by now, or cannot be read now', () => {
    const outdated = (tag: string, evidence = evidenceOf()) =>
      createReport(sessionOf({ tag, isOver: true }), evidence, clock).examination?.isOutdated;
    assert.equal(outdated('a'), false);
    assert.equal(outdated('b'), true);
    const value = { ok: false as const, reason: 'There is no file.' };
    assert.equal(outdated('b', evidenceOf({ configuration: { value, atMs: 0 } })), false);
  });

  it('shows who advertises on the network, and which of that is this server', () => {
    const heard = {
      ...{ fromMs: nowMs - 60_000, toMs: nowMs, interfaceNames: ['eth0'], arp: [] },
      advertisements: [
        ...fromFirst(),
        ...fromSecond({ virtualRouterId: 77, addresses: ['192.168.0.200'] }),
      ],
    };
    const { clusters, freeVirtualRouterIds } = createReport(
      sessionOf({ heard }),
      evidenceOf(),
      clock,
    );
    assert.deepEqual(
      clusters.map(({ virtualRouterId, isOurs, ownSources }) => [
        ...[virtualRouterId, isOurs],
        ownSources,
      ]),
      [
        [51, true, ['192.168.0.11']],
        [77, false, []],
      ],
    );
    assert.ok(!freeVirtualRouterIds.includes(77));
  });
});

describe('an examination that is over', () => {
  const checks = [
    check('password', { sentence: 'found then' }),
    check('interface', { sentence: 'found then' }),
    check('silent-peer', { verdict: 'wrong', sentence: 'found then' }),
  ];
  const over = (changes: Partial<Session> = {}, evidence = evidenceOf(), at = clock) =>
    createReport(sessionOf({ isOver: true, checks, ...changes }), evidence, at).checks ?? [];
  const find = (list: ReturnType<typeof over>, id: CheckId) => {
    const found = list.filter((one) => one.id === id);
    assert.equal(found.length, 1, id);
    return found[0];
  };

  it('is judged once: only what the witnesses see by themselves is as of now', () => {
    const list = over();
    assert.deepEqual(
      [find(list, 'password')?.sentence, find(list, 'password')?.atMs],
      ['found then', nowMs - 10_000],
    );
    assert.notEqual(find(list, 'interface')?.sentence, 'found then');
    assert.equal(find(list, 'interface')?.atMs, nowMs);
    assert.equal(list[0]?.id, 'silent-peer', 'what needs attention most is first');
    assert.equal(find(over({ endedAtMs: nowMs - 40_000 }), 'password')?.atMs, nowMs - 40_000);
  });

  it('is not of now any more: another file, another state, or too long ago', () => {
    const isStale = (...args: Parameters<typeof over>) => find(over(...args), 'password')?.isStale;
    assert.equal(isStale(), false);
    assert.equal(isStale({ tag: 'b' }), true);
    const at = (ms: number) => ({ ...clock, wallMs: () => nowMs + ms });
    assert.equal(isStale({}, evidenceOf(), at(trustedMs - 10_000)), false);
    assert.equal(isStale({}, evidenceOf(), at(trustedMs - 9_999)), true);
    const changed = (lastTransitionAtMs: number, name = 'VI_1') => {
      assert.ok(scene.runtime?.ok);
      const instances = scene.runtime.instances.map((one) => ({
        ...one,
        lastTransitionAtMs,
        name,
      }));
      return evidenceOf({ runtime: { value: { ...scene.runtime, instances }, atMs: 4_000 } });
    };
    assert.equal(isStale({}, changed(nowMs - 5_000)), true);
    assert.equal(isStale({}, changed(nowMs - 10_000)), false);
    assert.equal(isStale({}, changed(nowMs - 5_000, 'VI_2')), false);
    assert.equal(isStale({}, evidenceOf({ runtime: undefined })), false);
    const stale = over({ tag: 'b' });
    assert.equal(find(stale, 'interface')?.isStale, false);
    assert.equal(stale.at(-1)?.isStale, true, 'what is not of now is last');
    assert.equal(stale[0]?.isStale, false);
  });
});

describe('a viewer', () => {
  const report = {
    ...createReport(undefined, evidenceOf(), clock),
    ownRules: [],
    checks: [
      {
        ...check('script-run', {
          ...{ command: '/bin/x --key 7', remedy: 'Run “/bin/x --key 7” twice: /bin/x --key 7.' },
          evidence: [{ what: 'It printed 7.', isOutput: true }, { what: 'It ended with 1.' }],
        }),
        ...{ atMs: nowMs, isStale: false },
      },
      { ...check('interface', { remedy: 'Set it up.' }), atMs: nowMs, isStale: false },
    ],
  };

  it('sees neither what a command printed nor its arguments; an administrator does', () => {
    assert.equal(hideFromViewer('admin', report), report);
    const hidden = hideFromViewer('viewer', report);
    assert.doesNotMatch(JSON.stringify(hidden.checks?.map(({ remedy }) => remedy)), /key 7/);
    assert.deepEqual(
      hidden.checks?.map(({ remedy }) => remedy),
      ['Run “(its command)” twice: (its command).', 'Set it up.'],
    );
    assert.deepEqual(
      hidden.checks[0]?.evidence.map(({ what }) => what),
      ['Only administrators see the output.', 'It ended with 1.'],
    );
    const none = { ...report, checks: undefined };
    assert.equal(hideFromViewer('viewer', none), none);
  });
});

describe('a configuration without an instance', () => {
  it('has no checks and no interfaces', () => {
    const summary = summarizeConfiguration(parseConfiguration(''));
    const value = {
      ...{ ok: true as const, tag: 'a', summary, modifiedAtMs: 0, editedSinceLoad: false },
    };
    const report = createReport(
      undefined,
      evidenceOf({ configuration: { value, atMs: 0 } }),
      clock,
    );
    assert.deepEqual([report.checks, report.interfaceNames], [[], []]);
  });
});
