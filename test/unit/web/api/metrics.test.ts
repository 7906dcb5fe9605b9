import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { KeepalivedStatus } from '../../../../server/keepalived/status/status.ts';
import { parseProgramOptions } from '../../../../server/program-options.ts';
import type { StateKeeper } from '../../../../server/state/state-keeper.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { sampleInstance } from '../pages/samples.ts';
import { createTestKeeper } from '../test-keeper.ts';

interface Scrape {
  types: Map<string, string>;
  samples: Map<string, number>;
}

/** Reads the text format of Prometheus, strictly: each line is a comment of it or a sample. */
function parseMetrics(text: string): Scrape {
  const scrape: Scrape = { types: new Map(), samples: new Map() };
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, typeOf, type] =
      /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary)$/.exec(line) ?? [];
    if (typeOf !== undefined && type !== undefined) scrape.types.set(typeOf, type);
    if (line.startsWith('# ')) continue;
    const [, sample, value] =
      /^([a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (\S+)$/.exec(
        line,
      ) ?? [];
    assert.ok(sample !== undefined && value !== undefined, `no sample: ${line}`);
    assert.equal(scrape.samples.has(sample), false, `twice: ${sample}`);
    scrape.samples.set(sample, Number(value));
  }
  return scrape;
}

async function scrape(t: TestContext, changes: Partial<KeepalivedStatus> = {}): Promise<Scrape> {
  const keeper = createTestKeeper();
  keeper.say(changes);
  return scrapeOf(t, keeper);
}

async function scrapeOf(t: TestContext, keeper: StateKeeper): Promise<Scrape> {
  const { app } = await createTestApp({ keeper });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn('watcher');
  const answer = await browser.get('/metrics');
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  return parseMetrics(answer.body);
}

test('a healthy master', async (t) => {
  const { samples, types } = await scrape(t);
  const expected: Record<string, number> = {
    keepalived_up: 1,
    keepalived_start_on_boot: 1,
    'keepalived_instance_state{vrrp_instance="VI_1",state="Active"}': 1,
    'keepalived_instance_state{vrrp_instance="VI_1",state="Standby"}': 0,
    'keepalived_instance_address_held{vrrp_instance="VI_1",address="192.168.0.100/24",interface="eth0"}': 1,
    'keepalived_instance_priority{vrrp_instance="VI_1",kind="configured"}': 101,
    'keepalived_instance_priority{vrrp_instance="VI_1",kind="effective"}': 101,
    'keepalived_instance_healthcheck_ok{vrrp_instance="VI_1",url="http://127.0.0.1:8080/healthcheck"}': 1,
    'keepalived_instance_transitions_total{vrrp_instance="VI_1",transition="to-master"}': 1,
    'keepalived_instance_advertisements_total{vrrp_instance="VI_1",direction="sent"}': 11_520,
    'keepalived_instance_advertisements_total{vrrp_instance="VI_1",direction="received"}': 3,
    keepalived_wai_event_streams: 0,
  };
  const seen = Object.keys(expected).map((name) => [name, samples.get(name)]);
  assert.deepEqual(Object.fromEntries(seen), expected);
  // 1.4 s when it was told; it goes on while a busy machine takes its time.
  assert.ok((samples.get('keepalived_evidence_age_seconds') ?? 0) >= 1.4);
  assert.equal(types.get('keepalived_instance_advertisements_total'), 'counter');
  assert.equal(types.get('keepalived_instance_state'), 'gauge');
  assert.ok((samples.get('process_resident_memory_bytes') ?? 0) > 0);
  assert.equal([...samples.keys()].filter((name) => name.startsWith('keepalived_alarm')).length, 0);
});

test('all of a scrape is of one moment', async (t) => {
  const keeper = createTestKeeper();
  let asked = 0;
  const changing: StateKeeper = {
    ...keeper,
    current() {
      asked += 1;
      keeper.say({
        evidenceAgeMs: asked * 1000,
        instances: [sampleInstance({ name: `${asked}` })],
      });
      return keeper.current();
    },
  };
  const { samples } = await scrapeOf(t, changing);
  const names = [...samples.keys()].flatMap(
    (name) => /vrrp_instance="([^"]+)"/.exec(name)?.[1] ?? [],
  );
  assert.equal(new Set(names).size, 1, names.join());
  assert.equal(samples.get('keepalived_evidence_age_seconds'), Number(names[0]));
});

test('errors by kind, also of kinds that a later keepalived adds', async (t) => {
  const statistics = { advert_rcvd: 1, auth_failure: 7, auth_ext_replay: 2 };
  const { samples } = await scrape(t, { instances: [sampleInstance({ statistics })] });
  const errors = [...samples].filter(([name]) => name.startsWith('keepalived_instance_errors'));
  assert.deepEqual(errors, [
    ['keepalived_instance_errors_total{vrrp_instance="VI_1",kind="auth_failure"}', 7],
    ['keepalived_instance_errors_total{vrrp_instance="VI_1",kind="auth_ext_replay"}', 2],
  ]);
});

test('what is not known is left out, not 0', async (t) => {
  const { samples } = await scrape(t, {
    daemon: { state: 'unknown', reason: 'not asked yet' },
    startOnBoot: { known: false, reason: 'not asked yet' },
    evidenceAgeMs: undefined,
    instances: [
      sampleInstance({
        state: 'Unknown',
        addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0', held: undefined }],
        healthcheck: undefined,
        lastTransitionAtMs: undefined,
        priority: { configured: 101, effective: undefined },
        statistics: {},
      }),
    ],
  });
  const names = [...samples.keys()].filter(
    (name) => name.startsWith('keepalived_') && !name.includes('_state{'),
  );
  assert.deepEqual(names, [
    'keepalived_instance_priority{vrrp_instance="VI_1",kind="configured"}',
    'keepalived_wai_event_streams',
  ]);
  assert.equal(samples.get('keepalived_instance_state{vrrp_instance="VI_1",state="Unknown"}'), 1);
});

test('alarms, of the machine and of an instance, and names that need escaping', async (t) => {
  const alarm = { code: 'another-master', severity: 'critical', sentence: 'Act.' } as const;
  const { samples } = await scrape(t, {
    alarms: [{ ...alarm, code: 'stale-pid-file', severity: 'warning' }],
    instances: [sampleInstance({ name: 'a"b\\c', alarms: [alarm] })],
  });
  assert.equal(
    samples.get('keepalived_alarm{vrrp_instance="",code="stale-pid-file",severity="warning"}'),
    1,
  );
  assert.equal(
    samples.get(
      'keepalived_alarm{vrrp_instance="a\\"b\\\\c",code="another-master",severity="critical"}',
    ),
    1,
  );
});

test('no label is one that Prometheus sets itself, unless the old one is asked for', async (t) => {
  const { samples } = await scrape(t);
  const names = [...samples.keys()];
  assert.ok(names.every((name) => !/[{,](instance|job)=/.test(name)));
  const options = parseProgramOptions({ WAI_METRICS_INSTANCE_LABEL: 'instance' });
  const { app } = await createTestApp({ keeper: createTestKeeper(), options });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn('watcher');
  assert.match((await browser.get('/metrics')).body, /keepalived_instance_state\{instance="VI_1"/);
});

test('names are as “promtool check metrics” wants them: _total for counters, and only for them', async (t) => {
  const { types } = await scrape(t);
  for (const [name, type] of types) {
    assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
    assert.doesNotMatch(name, /[A-Z]|_(count|sum|bucket|milliseconds|ms|minutes)$/, name);
  }
});

test('the processor time is that since the process began, not since the first scrape', async (t) => {
  const before = process.cpuUsage();
  const { samples } = await scrape(t);
  const seconds = samples.get('process_cpu_seconds_total') ?? 0;
  assert.ok(seconds >= (before.user + before.system) / 1_000_000, `${seconds} s`);
  const user = samples.get('process_cpu_user_seconds_total') ?? 0;
  const system = samples.get('process_cpu_system_seconds_total') ?? 0;
  assert.ok(Math.abs(user + system - seconds) < 0.5);
});

test('no number is none, and an idle program lags for no century', async (t) => {
  const { samples } = await scrape(t);
  for (const [sample, value] of samples) {
    assert.ok(Number.isFinite(value), `${sample} ${value}`);
    if (sample.includes('lag')) assert.ok(value < 3_600, `${sample} ${value}`);
  }
  // The percentiles of the event loop’s delay hold the interval of their own timer.
  assert.ok([...samples.keys()].some((sample) => sample === 'nodejs_eventloop_lag_seconds'));
  assert.ok(![...samples.keys()].some((sample) => sample.startsWith('nodejs_eventloop_lag_p')));
});
