import type { Appliance } from '../../appliance/appliance.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { diagnose } from '../../keepalived/diagnosis/diagnose.ts';
import { patienceMs } from '../../keepalived/diagnosis/sender.ts';
import { startListening } from './listening.ts';
import { askAddresses, findAddresses } from './questions.ts';

const longestMs = 10_000;
const wallMs = () => Date.now();

/**
 * Who already has a virtual address although he is no master of it, before keepalived is started: a
 * sentence that says so. Nobody answering is known after two seconds; of somebody it is listened
 * whether he advertises the address, as the other server may well do.
 */
export async function findDuplicateBeforeStart(
  appliance: Appliance,
  summary: ConfigurationSummary,
): Promise<string | undefined> {
  const intervals = summary.instances.map(({ advertIntervalSeconds }) => advertIntervalSeconds);
  const listenMs = Math.min(patienceMs(Math.max(1, ...intervals) * 1000) + 500, longestMs);
  const plan = {
    interfaces: findAddresses(summary),
    passwords: new Map<number, string>(),
    seconds: listenMs / 1000,
  };
  const listening = startListening({
    appliance,
    clock: { wallMs },
    plan,
    onHeard: () => undefined,
  });
  const { addressProbes = [] } = await askAddresses(appliance, summary);
  const hasAnswered = addressProbes.some((probe) => probe.ok && probe.macAddresses.length > 0);
  if (hasAnswered) await listening.ended;
  else await listening.close();
  if (!hasAnswered) return undefined;
  const checks = diagnose({
    configuration: summary,
    ...{ runtime: undefined, runtimeAtMs: wallMs() },
    network: await appliance.readNetwork(),
    heard: listening.heard(),
    ...{ addressProbes, log: [] },
  });
  return checks.find(({ id, verdict }) => id === 'duplicate-address' && verdict === 'wrong')
    ?.sentence;
}
