/** A drill on a server whose keepalived and whose network are simulated: it never leaves the address lost. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import type { RuntimeInstance } from '../../../../server/keepalived/proof/evidence.ts';
import { runDrill } from '../../../../server/operations/drill/failover-drill.ts';
import type { DrillRequest } from '../../../../server/operations/drill/failover-drill.ts';
import { readDrill } from '../../../../server/operations/drill/read-drill.ts';
import { createSampleMachine, sampleRuntime } from '../sample-machine.ts';

const path = '/var/lib/keepalived-wai/maintenance/VI_1';
const plain = `vrrp_instance VI_0 {
    interface eth0
    virtual_router_id 50
    preempt_delay 9
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 101
    preempt_delay 0.5
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;
const setUp = plain
  .replace(
    'vrrp_instance VI_1',
    `track_file maintenance {\n    file "${path}"\n    weight 1\n}\n$&`,
  )
  .replace('    preempt_delay 0.5', '$&\n    track_file {\n        maintenance\n    }');
const tracked = {
  ...{ kind: 'file' as const, name: 'maintenance', instances: [{ name: 'VI_1' }] },
};

interface Situation {
  text?: string;
  hasPeer?: boolean;
  /** Whether the network answers who has the address. */
  isSilent?: boolean;
  changes?: Partial<Appliance>;
  running?: Partial<RuntimeInstance>;
  refusedValue?: number;
}

/** An interval of 10 ms: an election is over before it is looked for. */
function createServer({
  text = setUp,
  hasPeer = true,
  isSilent = false,
  changes = {},
  running = {},
  refusedValue,
}: Situation = {}) {
  const quick: Partial<RuntimeInstance> = { version: 3, advertIntervalSeconds: 0.01, ...running };
  const machine = createSampleMachine(text, [sampleRuntime(quick)]);
  const written: number[] = [];
  const kept: unknown[] = [];
  let holder: 'here' | 'there' | 'nobody' = running.state === 'BACKUP' ? 'there' : 'here';
  const writeTrackFile: Appliance['writeTrackFile'] = (_path, value) => {
    if (value === refusedValue) return Promise.resolve({ ok: false, message: 'It is full.' });
    written.push(value);
    // What keepalived and its peer do with it, a moment later.
    setTimeout(() => {
      if (value >= 0) holder = holder === 'nobody' || value > 0 ? 'here' : holder;
      else if (hasPeer) holder = 'there';
      else if (value === -254) holder = 'nobody';
    }, 150);
    return Promise.resolve({ ok: true });
  };
  const own = { family: 'inet' as const, address: '192.168.0.10', prefixLength: 24 };
  const appliance = {
    ...machine,
    writeTrackFile,
    readTrackFile: () => Promise.resolve({ ok: true, value: written.at(-1) ?? 0 }),
    readTracking: () => Promise.resolve({ ok: true, items: [tracked] }),
    prepareTrackFile: () => Promise.resolve(path),
    readNetwork: () =>
      Promise.resolve({
        ok: true,
        interfaces: [
          {
            ...{ name: 'eth0', macAddress: undefined, up: true, carrier: true },
            addresses: holder === 'here' ? [own, { ...own, address: '192.168.0.100' }] : [own],
          },
        ],
      }),
    askForAddress: () =>
      Promise.resolve(
        holder === 'there' && !isSilent
          ? { kind: 'answered', macAddress: '52:54:00:00:00:02' }
          : { kind: 'silent' },
      ),
    ...changes,
  } as unknown as Appliance;
  const runningDrill = {
    set: (value: unknown) => {
      kept.push(value);
      return Promise.resolve();
    },
  };
  const run = (request: Partial<DrillRequest> = {}) =>
    runDrill({ appliance, runningDrill } as unknown as Parameters<typeof runDrill>[0], {
      ...{ instanceName: 'VI_1', action: 'standby', way: 'priority', acceptedDangers: [] },
      ...{ actor: { userName: 'admin', remoteAddress: 'unix' }, ...request },
    });
  return { appliance, run, written, kept, holder: () => holder };
}

describe('a drill', { concurrency: true }, () => {
  it('moves the address, names who has it, and can be undone by the next start', async () => {
    const server = createServer();
    const { kind, sentences } = await server.run();
    assert.equal(kind, 'done', sentences.join(' '));
    assert.match(
      sentences[0] ?? '',
      /52:54:00:00:00:02 has taken 192\.168\.0\.100 after \d+\.\d s; it was away for at most \d\.\d s/,
    );
    assert.match(sentences[1] ?? '', /stays lowered/);
    assert.deepEqual(server.written, [-253]);
    assert.deepEqual(server.kept, [
      { instanceName: 'VI_1', path, oldValue: 0, lastValue: -253 },
      undefined,
    ]);
  });

  it('takes the address, by a number that is just high enough', async () => {
    const running = { state: 'BACKUP' as const, masterPriority: 105 };
    const server = createServer({ running });
    const { kind, sentences } = await server.run({ action: 'take-over' });
    assert.equal(kind, 'done', sentences.join(' '));
    assert.match(
      sentences[0] ?? '',
      /^This server has taken 192\.168\.0\.100 after \d+\.\d s; it was away for at most \d\.\d s/,
    );
    assert.deepEqual(server.written, [5]);
    const never = createServer({
      running,
      changes: { writeTrackFile: () => Promise.resolve({ ok: true }) },
    });
    const outcome = await never.run({ action: 'take-over' });
    assert.equal(outcome.kind, 'restored', outcome.sentences.join(' '));
  });

  it('leaves everything as it was where no other server takes the address', async () => {
    const server = createServer({ hasPeer: false });
    const { kind, sentences } = await server.run();
    assert.equal(kind, 'restored');
    assert.match(sentences.join(' '), /^Nothing moved: no other server took 192\.168\.0\.100/);
    assert.deepEqual(server.written, [-253, 0]);
    assert.equal(server.holder(), 'here');
  });

  it('asks before a way that may lose the address, and takes it back if nobody has it', async () => {
    const server = createServer({ hasPeer: false });
    const asked = await server.run({ way: 'fault' });
    assert.equal(asked.kind, 'needs-acceptance');
    assert.match(asked.sentences.join(' '), /No server is known to take 192\.168\.0\.100/);
    assert.deepEqual([server.written, server.kept], [[], []]);
    const outcome = await server.run({ way: 'fault', acceptedDangers: asked.sentences });
    assert.equal(outcome.kind, 'restored', outcome.sentences.join(' '));
    assert.match(outcome.sentences.join(' '), /took it back/);
    assert.equal(server.written.at(-1), 0);
    assert.equal(server.holder(), 'here');
  });

  it('believes keepalived where the network gives no answer', async () => {
    const runtime = (masterPriority?: number) => ({
      readRuntime: () => {
        const state = server.holder() === 'here' ? 'MASTER' : 'BACKUP';
        const now = sampleRuntime({ version: 3, advertIntervalSeconds: 0.01, state });
        const instances = [
          { ...now, name: 'VI_0' },
          { ...now, ...(masterPriority !== undefined && { masterPriority }) },
        ];
        return Promise.resolve({ ok: true as const, source: 'json' as const, instances });
      },
    });
    let server = createServer({ isSilent: true, changes: runtime(100) });
    assert.equal((await server.run()).kind, 'done');
    server = createServer({ isSilent: true, changes: runtime() });
    assert.equal((await server.run()).kind, 'restored');
  });

  it('fails with the reason where its number cannot be written, at any step', async () => {
    const first = createServer({ refusedValue: -253 });
    assert.deepEqual(await first.run(), { kind: 'failed', sentences: ['It is full.'] });
    const back = createServer({ hasPeer: false, refusedValue: 0 });
    const outcome = await back.run();
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.sentences.join(' '), /It is full\.$/);
  });

  it('is refused, with what to do, where it cannot be made', async () => {
    const refusals: [RegExp, Situation, Partial<DrillRequest>?][] = [
      [/^Set up the maintenance file first\.$/, { text: plain }],
      [/no vrrp_instance “VI_9”\.$/, {}, { instanceName: 'VI_9' }],
      [/does not serve: it need not step down/, { running: { state: 'BACKUP' } }],
      [
        /keepalived is not running: start it first/,
        { changes: { readDaemon: () => createSampleMachine(setUp, 'stopped').readDaemon() } },
      ],
      [
        /Can’t tell/i,
        {
          changes: { readDaemon: () => Promise.resolve({ state: 'unknown', reason: 'no rights' }) },
        },
      ],
      [/does not report VI_1$/, { running: { addresses: [] } }],
      [
        /does not report VI_1: it is silent$/,
        { changes: { readRuntime: () => Promise.resolve({ ok: false, reason: 'it is silent' }) } },
      ],
      [
        /does not watch .*VI_1 yet\. Reload keepalived/,
        {
          changes: {
            readTracking: () =>
              Promise.resolve({
                ok: true,
                items: [
                  { ...tracked, kind: 'process', instances: [{ name: 'VI_1' }] },
                  { ...tracked, instances: [{ name: 'VI_0' }] },
                ] as never,
              }),
          },
        },
      ],
      // It was added to the file, or moved, and keepalived does not know that yet.
      [
        /does not watch .*VI_1 yet\. Reload keepalived/,
        {
          changes: {
            readTracking: () =>
              Promise.resolve({ ok: true, items: [{ ...tracked, name: 'drain' }] as never }),
          },
        },
      ],
      [
        /does not watch .*VI_1 yet\. Reload keepalived/,
        {
          changes: {
            readTracking: () =>
              Promise.resolve({
                ok: true,
                items: [{ ...tracked, file: { path: '/run/elsewhere', value: 0 } }] as never,
              }),
          },
        },
      ],
      [
        /^It is a folder\.$/,
        {
          changes: {
            readTrackFile: () => Promise.resolve({ ok: false, message: 'It is a folder.' }),
          },
        },
      ],
    ];
    for (const [words, situation, request] of refusals) {
      const server = createServer(situation);
      const { kind, sentences } = await server.run(request);
      assert.equal(kind, 'refused', String(words));
      assert.match(sentences.join(' '), words);
      assert.deepEqual([server.written, server.kept], [[], []], String(words));
    }
  });
});

describe('what is read before a drill', () => {
  it('is the change that it needs, and nothing is written', async () => {
    const { appliance, written } = createServer({ text: plain });
    const reading = await readDrill(appliance, 'VI_1');
    assert.ok(reading.kind === 'to-set-up', JSON.stringify(reading));
    assert.deepEqual(reading.instanceNames, ['VI_0', 'VI_1']);
    assert.equal(reading.setUp.path, path);
    assert.equal(reading.setUp.currentText, plain);
    assert.match(reading.setUp.newText, /wai_maintenance_VI_1/);
    assert.deepEqual(reading.setUp.foresight.movements, []);
    assert.deepEqual(written, []);
  });

  it('is of the first instance where none is named, and of that one’s own settings', async () => {
    const { appliance } = createServer();
    assert.equal((await readDrill(appliance, undefined)).instanceName, 'VI_0');
    const reading = await readDrill(appliance, 'VI_1');
    assert.ok(reading.kind === 'ready', JSON.stringify(reading));
    assert.deepEqual([reading.drill.preemptDelaySeconds, reading.drill.value], [0.5, 0]);
    const undelayed = createServer({ text: setUp.replace('    preempt_delay 0.5\n', '') });
    const other = await readDrill(undelayed.appliance, 'VI_1');
    assert.ok(other.kind === 'ready');
    assert.equal(other.drill.preemptDelaySeconds, 0);
  });

  it('says why there is none: no instance, no file', async () => {
    const none = await readDrill(createServer({ text: '# nothing\n' }).appliance, undefined);
    assert.ok(none.kind === 'impossible');
    assert.equal(none.reason, 'The configuration has no vrrp_instance.');
    const missing = {
      listConfigurationFiles: () => Promise.resolve([]),
      readConfigurationFile: () => Promise.resolve({ ok: false, message: 'It is missing.' }),
    } as unknown as Partial<Appliance>;
    const unread = await readDrill(createServer({ changes: missing }).appliance, 'VI_1');
    assert.ok(unread.kind === 'impossible');
    assert.equal(unread.reason, 'It is missing.');
  });
});
