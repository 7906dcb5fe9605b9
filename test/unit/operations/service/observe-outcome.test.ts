import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ForeseenMovement } from '../../../../server/keepalived/foresight/foresight-result.ts';
import type {
  NetworkReport,
  RuntimeInstance,
} from '../../../../server/keepalived/proof/evidence.ts';
import { observeOutcome } from '../../../../server/operations/service/observe-outcome.ts';
import { sampleRuntime } from '../sample-machine.ts';

const backup = sampleRuntime({ state: 'BACKUP', masterPriority: 150 });

/** What is told of a movement, of a machine that holds the address from or until a time. */
async function observe(
  movement: Partial<ForeseenMovement>,
  { instance, heldAt }: { instance: RuntimeInstance; heldAt: (elapsedMs: number) => boolean },
) {
  const savedAtMs = performance.now();
  const readNetwork = (): Promise<NetworkReport> => {
    const held = heldAt(performance.now() - savedAtMs);
    const addresses = held
      ? [{ family: 'inet' as const, address: '192.168.0.100', prefixLength: 24 }]
      : [];
    const eth0 = { name: 'eth0', macAddress: undefined, up: true, carrier: true };
    return Promise.resolve({
      ok: true,
      interfaces: [
        // The administrator's own, for LVS direct routing, and one with another prefix length.
        {
          ...{ ...eth0, name: 'lo' },
          addresses: [{ family: 'inet', address: '192.168.0.100', prefixLength: 32 }],
        },
        { ...eth0, addresses },
      ],
    });
  };
  const readRuntime = () =>
    Promise.resolve({ ok: true as const, source: 'json' as const, instances: [instance] });
  const movements: ForeseenMovement[] = [
    {
      instanceName: 'VI_1',
      direction: 'take',
      addresses: ['192.168.0.100'],
      withinMs: 300,
      ...movement,
    },
  ];
  const outcome = await observeOutcome(
    { readNetwork, readRuntime },
    {
      kind: 'live',
      tag: '',
      findings: [],
      report: undefined,
      foreseen: { movements, savedAtMs },
    },
  );
  const [first] = outcome.kind === 'live' ? (outcome.observations ?? []) : [];
  return { ...first, tookMs: performance.now() - savedAtMs };
}

describe('what became of a foreseen movement', () => {
  it('is reported with the time it took, as soon as both witnesses say so', async () => {
    const { sentence, asForeseen, tookMs } = await observe(
      { withinMs: 12_000 },
      { instance: sampleRuntime(), heldAt: (elapsedMs) => elapsedMs > 250 },
    );
    assert.match(sentence ?? '', /^This server has taken 192\.168\.0\.100 after \d+(?:\.\d)? s\.$/);
    assert.equal(asForeseen, true);
    assert.ok(tookMs < 12_000, 'not only when the time is over');
  });

  it('is that it did not happen, after the foreseen time and 2 s', async () => {
    const { sentence, asForeseen, tookMs } = await observe(
      {},
      { instance: backup, heldAt: () => false },
    );
    assert.equal(
      sentence,
      '192.168.0.100 has not moved here within 2.3 s: the peer still holds it.',
    );
    assert.equal(asForeseen, false);
    assert.ok(tookMs >= 2_300);
  });

  it('is that the peer has it, if the peer is heard', async () => {
    const lost = { direction: 'lose' as const };
    const taken = await observe(lost, { instance: backup, heldAt: () => false });
    assert.match(taken.sentence ?? '', /^The peer has taken 192\.168\.0\.100 after/);
    const gone = await observe(lost, {
      instance: sampleRuntime({ state: 'BACKUP' }),
      heldAt: () => false,
    });
    assert.equal(
      gone.sentence,
      'This server has released 192.168.0.100, but receives nothing from a peer.',
    );
  });

  it('is an address without the state that belongs to it', async () => {
    const { sentence, asForeseen } = await observe({}, { instance: backup, heldAt: () => true });
    assert.equal(sentence, '192.168.0.100 is on this server now, but keepalived says BACKUP.');
    assert.equal(asForeseen, false);
  });

  it('is not waited for where it takes too long, or nothing was foreseen', async () => {
    const slow = await observe({ withinMs: 60_000 }, { instance: backup, heldAt: () => false });
    assert.equal(slow.sentence, undefined);
    assert.ok(slow.tookMs < 60_000);
    const never = () => Promise.reject(new Error('nobody was to be asked'));
    const outcome = { kind: 'failed', message: 'no' } as const;
    const parts = { readNetwork: never, readRuntime: never };
    assert.equal(await observeOutcome(parts, outcome), outcome);
  });
});
