/**
 * The proof that a configuration is live: what must be seen after a reload before anyone may say
 * that it worked. An exit code proves nothing: a reload "succeeds" when the daemon dies of it.
 */
import { normalizeAddress } from './addresses.ts';
import type { ConfigurationSummary, ConfiguredInstance } from './config/questions.ts';
import type { DaemonProcess, NetworkReport, RuntimeInstance, RuntimeReport } from './evidence.ts';

/** One look at the machine. */
export interface Sighting {
  daemon: DaemonProcess;
  runtime: RuntimeReport | undefined;
  network: NetworkReport;
}

/**
 * `pending`: not yet as it should be, look again · `failed`: will not become so by waiting ·
 * `proved`: the daemon runs exactly this configuration and the addresses are where it says.
 */
export type ProofVerdict = { kind: 'proved' } | { kind: 'pending' | 'failed'; reason: string };

/**
 * Compares a sighting after a reload with the one before it and with the file.
 * @param expected the summary of the configuration that was installed
 */
export function judgeProof(
  before: Sighting,
  after: Sighting,
  expected: ConfigurationSummary,
): ProofVerdict {
  const pending = (reason: string): ProofVerdict => ({ kind: 'pending', reason });
  const failed = (reason: string): ProofVerdict => ({ kind: 'failed', reason });

  if (after.daemon.state !== 'running')
    return failed('keepalived ended when it was told to reload');
  if (before.daemon.state === 'running' && before.daemon.pid !== after.daemon.pid) {
    return failed('keepalived ended and was started anew during the reload');
  }
  if (expected.instances.length === 0) return { kind: 'proved' };
  if (after.daemon.vrrpPid === undefined)
    return pending('keepalived’s VRRP process is not running');
  if (!after.runtime) return pending('keepalived gave no account of itself');
  if (!after.runtime.ok) return pending(after.runtime.reason);

  const running = after.runtime.instances;
  const difference = findInstanceDifference(expected.instances, running);
  if (difference !== undefined) return pending(difference);
  const newFault = findNewFault(before, running);
  if (newFault) {
    return pending(
      `${newFault.name} went into FAULT: its interface is down, or a tracked script, file or process fails`,
    );
  }
  const starting = running.find(({ state }) => state === 'INIT');
  if (starting) return pending(`${starting.name} has not chosen a state yet`);
  if (!after.network.ok) return pending(after.network.reason);
  const misplaced = findMisplacedAddress(running, after.network);
  return misplaced === undefined ? { kind: 'proved' } : pending(misplaced);
}

function findInstanceDifference(
  expected: ConfiguredInstance[],
  running: RuntimeInstance[],
): string | undefined {
  for (const instance of expected) {
    const found = running.find(({ name }) => name === instance.name);
    if (!found) return `keepalived did not load ${instance.name}`;
    const { virtualRouterId, priority } = instance;
    if (virtualRouterId !== undefined && found.virtualRouterId !== virtualRouterId) {
      return `${instance.name} runs with virtual router ID ${found.virtualRouterId}, the file says ${virtualRouterId}`;
    }
    if (found.basePriority !== priority) {
      return `${instance.name} runs with priority ${found.basePriority}, the file says ${priority}`;
    }
    const missing = instance.addresses
      .filter(({ excluded }) => !excluded)
      .find((address) => !found.addresses.some((run) => sameAddress(run.cidr, address.address)));
    if (missing) return `${instance.name} runs without the virtual address ${missing.text}`;
  }
  const extra = running.find(({ name }) => !expected.some((instance) => instance.name === name));
  return extra && `keepalived still runs ${extra.name}, which is not in the file`;
}

function findNewFault(before: Sighting, running: RuntimeInstance[]): RuntimeInstance | undefined {
  const wasInFault = new Set(
    before.runtime?.ok
      ? before.runtime.instances.filter(({ state }) => state === 'FAULT').map(({ name }) => name)
      : [],
  );
  return running.find(({ name, state }) => state === 'FAULT' && !wasInFault.has(name));
}

function findMisplacedAddress(
  running: RuntimeInstance[],
  network: NetworkReport & { ok: true },
): string | undefined {
  const held = new Set(
    network.interfaces.flatMap(({ addresses }) =>
      addresses.map(({ address }) => normalizeAddress(address)),
    ),
  );
  for (const { name, state, addresses } of running) {
    for (const { cidr } of addresses) {
      const isHeld = held.has(normalizeAddress(bare(cidr)));
      if (state === 'MASTER' && !isHeld) return `${name} says MASTER without ${bare(cidr)}`;
      if (state !== 'MASTER' && isHeld) return `${name} says ${state}, but ${bare(cidr)} is here`;
    }
  }
  return undefined;
}

const bare = (cidr: string): string => cidr.split('/')[0] ?? cidr;
const sameAddress = (cidr: string, address: string): boolean =>
  normalizeAddress(bare(cidr)) === normalizeAddress(address);

/** How long a proof may take: three advertisements and the election, plus 5 s. */
export function proofTimeoutMs(expected: ConfigurationSummary): number {
  const slowest = Math.max(1, ...expected.instances.map((one) => one.advertIntervalSeconds));
  return slowest * 3_000 + 5_000;
}
