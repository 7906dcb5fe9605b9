import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ForeseenMovement } from '../../../../server/keepalived/foresight/foresight-result.ts';
import type {
  NetworkReport,
  RuntimeInstance,
} from '../../../../server/keepalived/proof/evidence.ts';
import { watchUnforeseen } from '../../../../server/operations/live/watch-unforeseen.ts';
import { sampleRuntime } from '../sample-machine.ts';

const master = sampleRuntime();
const backup = sampleRuntime({ state: 'BACKUP', masterPriority: 150 });
const lost: ForeseenMovement = {
  ...{ instanceName: 'VI_1', direction: 'lose', addresses: ['192.168.0.100'], withinMs: 300 },
};

function network(...numbers: string[]): NetworkReport {
  const addresses = numbers.map((address) => ({
    family: 'inet' as const,
    address,
    prefixLength: 24,
  }));
  return {
    ok: true,
    interfaces: [{ name: 'eth0', macAddress: undefined, up: true, carrier: true, addresses }],
  };
}
const here = network('192.168.0.100');
const away = network();
const account = (...instances: RuntimeInstance[]) => ({
  ...{ ok: true as const, source: 'json' as const, instances },
});

/** The notices that a save leaves, of a machine that is so before it and after some looks. */
async function watch(
  before: [NetworkReport, RuntimeInstance],
  after: [NetworkReport, RuntimeInstance],
  options: { movements?: ForeseenMovement[]; isOver?: () => boolean } = {},
): Promise<string[]> {
  const sentences: string[] = [];
  let looks = 0;
  // The watch itself keeps no process alive.
  const alive = setInterval(() => undefined, 1_000);
  await watchUnforeseen(
    {
      appliance: {
        readNetwork: () => Promise.resolve((looks += 1) < 3 ? before[0] : after[0]),
        readRuntime: () => Promise.resolve(account(after[1])),
      },
      notices: {
        add(severity, sentence) {
          sentences.push(`${severity}: ${sentence}`);
          return Promise.resolve('');
        },
      },
    },
    {
      ...{ kind: 'live', tag: '', findings: [], report: undefined },
      foreseen: {
        ...{ movements: options.movements ?? [], savedAtMs: performance.now() },
        baseline: {
          userName: 'admin',
          before: {
            daemon: { state: 'stopped', stalePidFile: undefined, leftChildPids: [] },
            ...{ network: before[0], runtime: account(before[1]) },
          },
        },
      },
    },
    { lastsMs: 1_000, pollMs: 1, ...(options.isOver && { isOver: options.isOver }) },
  ).finally(() => {
    clearInterval(alive);
  });
  return sentences;
}

describe('after a save', () => {
  it('a movement that was not predicted leaves a notice', async () => {
    const [notice, ...more] = await watch([here, master], [away, backup]);
    assert.match(
      notice ?? '',
      /^info: After the save at \d\d:\d\d by admin, 192\.168\.0\.100 moved to another server\. The preview did not predict this\./,
    );
    assert.deepEqual(more, []);
    const [taken] = await watch([away, backup], [here, master]);
    assert.match(taken ?? '', /192\.168\.0\.100 moved to this server/);
    const [gone] = await watch([here, master], [away, sampleRuntime({ state: 'FAULT' })]);
    assert.match(gone ?? '', /left this server, which hears no other/);
  });

  it('one that was predicted leaves none, but the other way round it does', async () => {
    const options = { movements: [lost] };
    assert.deepEqual(await watch([here, master], [away, backup], options), []);
    assert.equal((await watch([away, backup], [here, master], options)).length, 1);
  });

  it('one witness is not enough, and none is left where nothing moved', async () => {
    assert.deepEqual(await watch([here, master], [away, master]), []);
    assert.deepEqual(await watch([here, master], [here, backup]), []);
    assert.deepEqual(await watch([here, master], [here, master]), []);
  });

  it('an address that the save took away or added did not move', async () => {
    const other = sampleRuntime({
      addresses: [{ cidr: '192.168.0.150/24', interfaceName: 'eth0', claimedSet: true }],
    });
    assert.deepEqual(await watch([here, master], [network('192.168.0.150'), other]), []);
  });

  it('what comes after another change was begun is not told of this one', async () => {
    let looks = 0;
    const isOver = () => (looks += 1) > 2;
    assert.deepEqual(await watch([here, master], [away, backup], { isOver }), []);
  });
});
