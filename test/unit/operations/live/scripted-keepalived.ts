/** A keepalived whose looks a test writes down one by one; the last one goes on for ever. */
import type { TestContext } from 'node:test';
import type { Appliance, CommandReport } from '../../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  DaemonProcess,
  NetworkReport,
  RuntimeInstance,
  RuntimeReport,
} from '../../../../server/keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../../../../server/keepalived/proof/proof.ts';
import { parseLogLine } from '../../../../server/keepalived/runtime/log/log-lines.ts';
import { sampleRuntime } from '../sample-machine.ts';

const virtual = '192.168.0.100';

/** One look at the machine; what is not said is as on a master that serves. */
export interface Look {
  daemon?: DaemonProcess;
  instances?: RuntimeInstance[];
  /** Why keepalived does not answer. */
  silence?: string;
  isHeld?: boolean;
  /** What its log has said until then, since keepalived was told. */
  log?: readonly string[];
}

export const running = (pid = 100, vrrpPid = 101): DaemonProcess => ({
  ...{ state: 'running', pid, startedAtMs: 0, version: '2.2.7', vrrpPid, childPids: [vrrpPid] },
});
export const stopped: DaemonProcess = {
  ...{ state: 'stopped', stalePidFile: undefined, leftChildPids: [] },
};
export const backup = sampleRuntime({ state: 'BACKUP', wantedState: 'BACKUP' });
export const ok: CommandReport = { command: 'reload', result: 'ok', exitCode: 0, output: '' };

export const summaryOf = (more = '', before = '') =>
  summarizeConfiguration(
    parseConfiguration(`${before}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 101
    virtual_ipaddress {
        ${virtual}/24
    }
    ${more}
}
`),
  );

export const networkOf = (isHeld: boolean): NetworkReport => ({
  ok: true,
  interfaces: [
    {
      ...{ name: 'eth0', macAddress: undefined, up: true, carrier: true },
      addresses: ['192.168.0.10', ...(isHeld ? [virtual] : [])].map((address) => ({
        ...{ family: 'inet', address, prefixLength: 24 },
      })),
    },
  ],
});

const runtimeOf = ({ instances = [sampleRuntime()], silence }: Look): RuntimeReport =>
  silence === undefined ? { ok: true, source: 'json', instances } : { ok: false, reason: silence };

/** What is seen before a change. */
export const seeing = (look: Look = {}): ProofEvidence => ({
  daemon: look.daemon ?? running(),
  runtime: runtimeOf(look),
  network: networkOf(look.isHeld ?? true),
});

/**
 * The machine of these looks, which counts what it is asked.
 * @param command what the reload or the start prints
 */
export function createScriptedKeepalived(looks: readonly Look[], command: CommandReport = ok) {
  const asked: string[] = [];
  let place = 0;
  const now = (): Look => looks[Math.min(place, looks.length) - 1] ?? looks[0] ?? {};
  const logged = (look: Look) => look.log?.length ?? 0;
  const appliance: Partial<Appliance> = {
    controlService(service, action) {
      asked.push(`${action} ${service}`);
      return Promise.resolve(command);
    },
    readDaemon() {
      place += 1;
      asked.push('daemon');
      return Promise.resolve(now().daemon ?? running());
    },
    readNetwork: () => Promise.resolve(networkOf(now().isHeld ?? true)),
    readRuntime() {
      asked.push('runtime');
      return Promise.resolve(runtimeOf(now()));
    },
    readLog: () =>
      Promise.resolve({ ok: true, source: '', lines: [], reachedStart: true, newest: '0' }),
    readNewerLog(after) {
      // The log of a look is there when the look before it is over.
      const next = looks[Math.min(place, looks.length - 1)] ?? {};
      const lines = (next.log ?? []).slice(Number(after)).map((line) => {
        const [, pid = '100', message = ''] = /^(?:(\d+): )?(.*)$/.exec(line) ?? [];
        return parseLogLine(`2026-07-01T00:00:00Z server1 Keepalived[${pid}]: ${message}`, 0);
      });
      const newest = String(Math.max(Number(after), logged(next)));
      return Promise.resolve({ ok: true, lines, newest, hasMore: false, isGap: false });
    },
  };
  return { appliance: appliance as Appliance, asked };
}

/** Ends the clock that a test has. */
const endings = new WeakMap<TestContext, () => void>();

/**
 * Makes `performance.now()` run so many times as fast: a time limit costs a test no time. Not in tests
 * that run at the same time: of two clocks, one would stay in the process that unit tests share. So one
 * that a test has already ends first.
 */
export function quicken(context: TestContext, times: number): void {
  endings.get(context)?.();
  const startedMs = performance.now();
  const read = performance.now.bind(performance);
  const { mock } = context.mock.method(
    performance,
    'now',
    () => startedMs + (read() - startedMs) * times,
  );
  endings.set(context, () => {
    mock.restore();
  });
}
