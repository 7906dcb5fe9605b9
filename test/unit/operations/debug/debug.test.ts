/** Examinations that do not come to their end: of a machine whose answers a test can hold back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance, CaptureRequest } from '../../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import { createDebug } from '../../../../server/operations/debug/debug.ts';
import type { StateKeeper } from '../../../../server/state/state-keeper.ts';

const text = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  unicast_peer {
    192.168.0.20
  }
  virtual_ipaddress {
    192.168.0.100/24
  }
}
`;
const summary = summarizeConfiguration(parseConfiguration(text));
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

function createCase(machine: Partial<Appliance> = {}) {
  const listening = new Set<CaptureRequest>();
  const problems: unknown[] = [];
  const appliance: Partial<Appliance> = {
    listConfigurationFiles: () => Promise.resolve([]),
    readConfigurationId: () => Promise.resolve('server1'),
    readNetwork: () => Promise.resolve({ ok: true, interfaces: [] }),
    readLog: () => Promise.resolve({ ok: false, reason: 'there is none' } as never),
    readFirewall: () => new Promise(() => undefined),
    readKernelSettings: () => Promise.resolve([]),
    hasProcessConnector: () => Promise.resolve(true),
    startCapture(request) {
      listening.add(request);
      let end: () => void;
      const ended = new Promise<undefined>((resolve) => {
        end = () => {
          resolve(undefined);
        };
      });
      const close = async () => {
        listening.delete(request);
        end();
        await ended;
      };
      return { ended, close };
    },
    ...machine,
  };
  const value = { ok: true as const, tag: 'a', summary, modifiedAtMs: 0 };
  const keeper = {
    evidence: () => ({ configuration: { value, atMs: 0 } }),
    refresh: () => Promise.resolve(),
  } as unknown as StateKeeper;
  const debug = createDebug({
    ...{ appliance: appliance as Appliance, keeper, clock },
    onProblem: (error) => void problems.push(error),
  });
  return { debug, listening, problems };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('an examination', () => {
  it('that fails says so, leaves no capture, and can be closed', async () => {
    const failure = new Error('this firewall is beyond understanding');
    const { debug, listening, problems } = createCase({
      readFirewall: () => Promise.reject(failure),
    });
    assert.ok(debug.begin('check'));
    await soon();
    assert.deepEqual(problems, [failure]);
    assert.equal(listening.size, 0);
    const { examination } = debug.report();
    assert.equal(examination?.isRunning, false);
    assert.equal(examination.hasFailed, true);
    await debug.close();
  });

  it('hears what ARP says of the unicast peers, too', async () => {
    const { debug, listening } = createCase();
    debug.begin('check');
    await soon();
    assert.deepEqual(
      [...listening].map(({ addresses }) => addresses),
      [['192.168.0.100', '192.168.0.20']],
    );
    await debug.close();
  });

  it('that starts again asks again, and ends the capture of the former one', async () => {
    let asked = 0;
    const { debug, listening } = createCase({
      readFirewall() {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    debug.begin('check');
    await soon();
    debug.begin('check');
    await soon();
    assert.equal(asked, 1);
    debug.beginAnew('check');
    await soon();
    assert.equal(asked, 2);
    assert.equal(listening.size, 1);
    await debug.close();
    assert.equal(listening.size, 0);
  });
});
