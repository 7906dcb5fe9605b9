import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  DebugReport,
  ReportedCheck,
} from '../../../../server/operations/debug/debug-report.ts';
import type { Operations } from '../../../../server/operations/operations.ts';
import { writeReport } from '../../../../server/web/pages/debug/report-text.ts';
import { describeDebug } from '../../../../server/web/pages/debug/view-model.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { listen, openEvents } from '../event-client.ts';
import { createTestKeeper } from '../test-keeper.ts';

const nowMs = Date.UTC(2026, 10, 24, 13, 0, 0);

const check = (changes: Partial<ReportedCheck> = {}): ReportedCheck => ({
  ...{ atMs: nowMs - 30_000, isStale: false },
  id: 'interface',
  title: 'Network interface',
  verdict: 'good',
  sentence: 'eth0 is up and has a carrier.',
  evidence: [],
  remedy: undefined,
  about: { instance: 'VI_1', setting: 'interface' },
  ...changes,
});

const report = (changes: Partial<DebugReport> = {}): DebugReport => ({
  examination: {
    ...{ kind: 'check', isRunning: false, isOutdated: false, hasFailed: false, problems: [] },
    ...{ startedAtMs: nowMs - 40_000, endsAtMs: nowMs - 30_000 },
  },
  checks: [check()],
  reason: undefined,
  clusters: [],
  freeVirtualRouterIds: [52, 53, 54],
  interfaceNames: ['eth0'],
  ownRules: [],
  ...changes,
});
const examined = (
  changes: Partial<NonNullable<DebugReport['examination']>>,
): Partial<DebugReport> => {
  const { examination } = report();
  return { examination: examination && { ...examination, ...changes } };
};
const wrong = check({
  id: 'password',
  verdict: 'wrong',
  sentence: 'The passwords differ.',
  remedy: 'Write the same one.',
  about: { instance: 'VI_1', setting: 'auth_pass' },
});

describe('the headline', () => {
  const rows: [string, Partial<DebugReport>, RegExp][] = [
    ['the first cause', { checks: [wrong, check()] }, /^Wrong: The passwords differ\.$/],
    [
      'what may follow from it',
      { checks: [wrong, { ...wrong, id: 'split-brain' }] },
      /\(and 1 more below, which may follow from it\)$/,
    ],
    ['a doubt', { checks: [{ ...wrong, verdict: 'suspicious' }] }, /^Check this: /],
    ['a healthy server', {}, /^Good: No problem found, as far as/],
    [
      'a master that cannot see another one',
      { checks: [check({ id: 'split-brain', verdict: 'cannot-tell' })] },
      /^Good: No problem found on this server\. It can’t see whether another server is also active/,
    ],
    ['an examination that failed', examined({ hasFailed: true }), /^Cannot tell: /],
    [
      'an interface that could not be listened on',
      examined({ problems: [{ interfaceName: 'eth0', reason: 'tcpdump is not installed' }] }),
      /^Cannot tell: /,
    ],
    [
      'what was wrong once and may be mended by now',
      {
        checks: [{ ...wrong, atMs: nowMs - 28 * 60_000, isStale: true }, check()],
        ...examined({ endsAtMs: nowMs - 28 * 60_000 }),
      },
      /^Not checked recently: 28 min ago this was found: The passwords differ\. Click “Check now” to see the current state\.$/,
    ],
    [
      'what is wrong now before what was wrong then',
      {
        checks: [
          { ...wrong, sentence: 'eth0 is down.' },
          { ...wrong, isStale: true },
        ],
      },
      /^Wrong: eth0 is down\.$/,
    ],
    ['another configuration', examined({ isOutdated: true }), /^Not checked recently: /],
    ['long ago', examined({ endsAtMs: nowMs - 11 * 60_000 }), /^Not checked recently: /],
    [
      'one of several instances, and no password of a URL',
      {
        checks: [
          { ...wrong, sentence: 'http://monitor:hidden@127.0.0.1/ refuses the connection.' },
          check({ about: { instance: 'VI_2' } }),
        ],
      },
      /^Wrong: VI_1: http:\/\/\*{8}@127\.0\.0\.1\/ refuses the connection\.$/,
    ],
    ['nobody has asked', { examination: undefined }, /^Not checked yet: /],
    ['no instance', { checks: [] }, /^Nothing to check: no VRRP instance/],
    [
      'no configuration',
      { checks: undefined, reason: 'the file is missing.' },
      /^Nothing to check: the file is missing/,
    ],
  ];
  for (const [name, changes, says] of rows) {
    it(name, () => {
      const { headline } = describeDebug(report(changes), nowMs);
      assert.match(`${headline.word}: ${headline.sentence}`, says);
    });
  }
});

describe('the page', () => {
  it('tells progress, what could not be heard, and that the configuration is another one', () => {
    const examination = {
      ...({ kind: 'check', isRunning: true, isOutdated: true, hasFailed: false } as const),
      ...{ startedAtMs: nowMs - 4_200, endsAtMs: nowMs + 5_800 },
      problems: [{ interfaceName: 'eth0', reason: 'tcpdump is not installed' }],
    };
    const { progress, notices, age } = describeDebug(report({ examination }), nowMs);
    assert.deepEqual(progress, {
      ...{ seconds: 4, ofSeconds: 10 },
      words: 'Listening on eth0: 4 of 10 s.',
    });
    assert.match(notices.join(' '), /Could not listen on eth0: tcpdump is not installed\./);
    assert.match(notices.join(' '), /changed since the last check/);
    assert.equal(age, undefined);
  });

  it('leads to the field or the file where it can be mended', () => {
    const places = [wrong, { ...wrong, about: { instance: 'VI_1', setting: 'version' } }].map(
      (one) => describeDebug(report({ checks: [one] }), nowMs).instances[0]?.attention[0]?.place,
    );
    assert.deepEqual(
      places.map((place) => place?.href),
      ['/keepalived/settings?instance=VI_1#password', '/keepalived/edit?file=live'],
    );
  });

  it('says what it can’t tell for one reason once', () => {
    const unknown = (id: ReportedCheck['id'], title: string) =>
      check({ id, title, verdict: 'cannot-tell', sentence: 'Nobody was heard.' });
    const checks = [unknown('password', 'Password'), unknown('checksum', 'Checksum'), check()];
    const [instance] = describeDebug(report({ checks }), nowMs).instances;
    assert.deepEqual(
      instance?.rest.map(({ title }) => title),
      ['Password, Checksum', 'Network interface'],
    );
    assert.equal(instance.restWords, '1 check is good, 2 can’t tell');
  });

  it('folds the instances without a finding into one line, and has the worst first', async () => {
    const of = (instance: string, changes: Partial<ReportedCheck>) =>
      check({ ...changes, about: { instance, setting: 'interface' } });
    const checks = [
      ...Array.from({ length: 28 }, (_, index) => of(`VI_${index + 1}`, {})),
      of('VI_29', { verdict: 'suspicious', sentence: 'It looks strange.' }),
      of('VI_30', { verdict: 'wrong', sentence: 'It is broken.' }),
    ];
    const model = describeDebug(report({ checks }), nowMs);
    assert.deepEqual(
      model.instances.slice(0, 2).map(({ name }) => name),
      ['VI_30', 'VI_29'],
    );
    assert.equal(model.quiet?.words, 'No fault found in 28 instances: 28 checks are good');
    const { app } = await createTestApp();
    const page = app.renderFragment('debug-live', {
      ...model,
      page: { csrfToken: '', user: { role: 'viewer' } },
    });
    const [shown = '', folded = ''] = page.split('No fault found in');
    assert.match(shown, /Checks of VI_30[^]*Checks of VI_29/);
    assert.doesNotMatch(shown, /Checks of VI_1\b/);
    assert.match(folded, /Checks of VI_1\b/);
    assert.equal(describeDebug(report(), nowMs).quiet, undefined);
  });

  it('lists of many instances what needs attention only, but all of them in the text', () => {
    const checks = Array.from({ length: 255 }, (_, at) => {
      const about = { instance: `VI_${at}` };
      return [check({ about }), ...(at === 7 ? [{ ...wrong, about }] : [])];
    }).flat();
    const many = report({ checks });
    const { instances } = describeDebug(many, nowMs);
    assert.equal(instances.flatMap(({ rest }) => rest).length, 0);
    assert.equal(instances.flatMap(({ attention }) => attention).length, 1);
    const text = writeReport(describeDebug(many, nowMs, { whole: true }), 'server1', nowMs);
    assert.equal(text.match(/\[Good\]/g)?.length, 255);
  });

  it('masks what a script or a log may have let slip', () => {
    const leak = check({ evidence: [{ what: 'auth_pass s3cr3t', where: 'output of chk' }] });
    const text = writeReport(describeDebug(report({ checks: [leak] }), nowMs), 'server1', nowMs);
    assert.match(text, /auth_pass \*{8}/);
    assert.doesNotMatch(text, /s3cr3t/);
  });
});

describe('/debug', () => {
  it('shows what a script printed to an administrator only', async (context) => {
    const evidence = [
      { what: 'seeded output', where: 'output of chk', isOutput: true },
      { what: 'a line of the log' },
    ] as const;
    const checks = [check({ verdict: 'wrong', evidence: [...evidence] })];
    const { app } = await createTestApp({
      keeper: createTestKeeper(),
      debug: {
        report: () => report({ checks }),
        refreshOwnRules: () => Promise.resolve(),
        watch: () => () => undefined,
      },
    });
    context.after(() => app.close());
    const url = `${await listen(app)}/debug/events`;
    for (const who of ['admin', 'watcher']) {
      const browser = new TestBrowser(app);
      await browser.logIn(who);
      for (const path of ['/debug', '/debug/report.txt']) {
        const { body } = await browser.get(path);
        assert.match(body, /a line of the log/);
        assert.equal(body.includes('seeded output'), who === 'admin', `${who} ${path}`);
      }
      const events = await openEvents(url, { cookie: browser.cookieHeader });
      const { data } = await events.awaitEvent('page');
      events.close();
      assert.match(String(data), /a line of the log/);
      assert.equal(String(data).includes('seeded output'), who === 'admin');
    }
  });

  it('lets a viewer read, but neither examine, nor mend, nor download what was captured', async (context) => {
    const begun: string[] = [];
    const { app } = await createTestApp({
      keeper: createTestKeeper(),
      debug: {
        begin: (kind) => begun.push(kind) > 0,
        beginAnew: () => undefined,
        report: () => report({ checks: [check({ evidence: [{ what: '<img onerror>' }] })] }),
        refreshOwnRules: () => Promise.resolve(),
        watch: () => () => undefined,
        findPcap: (name) => (name === 'eth0' ? Buffer.from('pcap') : undefined),
        close: () => Promise.resolve(),
      },
    });
    context.after(() => app.close());
    const watcher = new TestBrowser(app);
    await watcher.logIn('watcher');
    const page = await watcher.get('/debug');
    assert.match(page.body, /&lt;img onerror&gt;/);
    assert.doesNotMatch(page.body, /Check now/);
    assert.equal((await watcher.post('/debug/examine', { kind: 'check' })).statusCode, 403);
    assert.equal((await watcher.get('/debug/capture?interface=eth0')).statusCode, 403);
    assert.equal((await watcher.get('/debug/report.txt')).statusCode, 200);

    const admin = new TestBrowser(app);
    await admin.logIn('admin');
    await admin.get('/debug');
    const proposals = await Promise.all([admin.get('/debug'), admin.get('/debug')]);
    const passwords = proposals.map(({ body }) => /<code>([a-z2-9]{8})<\/code>/.exec(body)?.[1]);
    assert.ok(passwords[0] && passwords[0] !== passwords[1], passwords.join());
    assert.doesNotMatch(page.body, /password for a new cluster/);
    assert.equal((await admin.post('/debug/examine', { kind: 'check' })).statusCode, 303);
    assert.equal((await admin.post('/debug/examine', { kind: 'all' })).statusCode, 400);
    assert.deepEqual(begun, ['check']);
    assert.equal((await admin.get('/debug/capture?interface=eth0')).body, 'pcap');
    assert.equal((await admin.get('/debug/capture?interface=eth9')).statusCode, 404);
  });

  it('lists every rule of this program, and removes one whose instance is gone', async (context) => {
    const removed: string[] = [];
    const removal = "nft 'delete rule inet filter input handle 7'";
    const description = 'nftables: “ip daddr 224.0.0.18 accept” (handle 7), chain input';
    const { app } = await createTestApp({
      keeper: createTestKeeper(),
      debug: {
        begin: () => false,
        beginAnew: () => undefined,
        report: () =>
          report({ checks: undefined, ownRules: [{ description, removal, serves: [] }] }),
        refreshOwnRules: () => Promise.resolve(),
        watch: () => () => undefined,
        findPcap: () => undefined,
        close: () => Promise.resolve(),
      },
      operations: {
        removeOwnFirewallRule: (rule: string) => {
          removed.push(rule);
          return Promise.resolve({ ok: true, sentence: 'The rule was removed.', reports: [] });
        },
      } as unknown as Operations,
    });
    context.after(() => app.close());
    const watcher = new TestBrowser(app);
    await watcher.logIn('watcher');
    const seen = await watcher.get('/debug');
    assert.match(seen.body, /chain input/);
    assert.match(seen.body, /No instance of the configuration needs this rule/);
    assert.doesNotMatch(seen.body, /Remove this rule/);
    const remove = '/debug/firewall/remove';
    assert.equal((await watcher.post(remove, { rule: removal })).statusCode, 403);
    assert.match((await watcher.get('/debug/report.txt')).body, /handle 7.*\n?.*needs this rule/);

    const admin = new TestBrowser(app);
    await admin.logIn('admin');
    assert.match((await admin.get('/debug')).body, /Remove this rule/);
    assert.equal((await admin.post(remove, { rule: removal })).statusCode, 303);
    assert.deepEqual(removed, [removal]);
  });
});

it('each finding has its age; what may be mended is no longer red', () => {
  const stale = { ...wrong, atMs: nowMs - 28 * 60_000, isStale: true };
  const [instance] = describeDebug(report({ checks: [stale, check()] }), nowMs).instances;
  assert.deepEqual(
    [...(instance?.attention ?? []), ...(instance?.rest ?? [])].map(
      ({ word, tone, age }) => `${word} ${tone} ${age.words}`,
    ),
    ['Was wrong mute 28 min', 'Good good 30 s'],
  );
});
