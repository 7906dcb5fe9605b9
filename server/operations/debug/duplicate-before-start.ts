import type { Appliance } from '../../appliance/appliance.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import type { Check } from '../../keepalived/diagnosis/check.ts';
import { checkDuplicateAddress } from '../../keepalived/diagnosis/checks/duplicate-address.ts';
import { createInstanceViews } from '../../keepalived/diagnosis/instance-view.ts';
import { getSilenceLimitMs } from '../../keepalived/diagnosis/sender.ts';
import { startListening } from './listening.ts';
import { askAddresses, findListeningPlaces, findLongestInterval } from './questions.ts';

const longestMs = 10_000;
const wallMs = () => Date.now();

/**
 * Who already has a virtual address although it is not its master, before keepalived is started: a
 * sentence that says so. That nobody answers is known after two seconds; to somebody it is listened
 * until it advertises the address, as the other server does, or has been silent for too long.
 */
export async function findDuplicateBeforeStart(
  appliance: Appliance,
  summary: ConfigurationSummary,
): Promise<string | undefined> {
  const network = await appliance.readNetwork();
  let onHeard = (): void => undefined;
  const listening = startListening({
    ...{ appliance, clock: { wallMs } },
    plan: {
      interfaces: findListeningPlaces(summary, network),
      passwords: [],
      seconds: secondsToListen(summary) + 1,
    },
    onHeard: () => {
      onHeard();
    },
  });
  try {
    const { addressProbes = [] } = await askAddresses(appliance, summary);
    const judge = (): Check[] =>
      createInstanceViews({
        configuration: summary,
        ...{ runtime: undefined, runtimeAtMs: wallMs() },
        ...{ network, addressProbes, heard: listening.heard(), log: [] },
      }).map(checkDuplicateAddress);
    const isCleared = () =>
      !judge().some(({ verdict }) => verdict === 'wrong' || verdict === 'cannot-tell');

    const hasAnswered = addressProbes.some((probe) => probe.ok && probe.macAddresses.length > 0);
    if (!hasAnswered) return undefined;
    await new Promise<void>((resolve) => {
      onHeard = () => {
        if (isCleared()) resolve();
      };
      onHeard();
      void listening.ended.then(resolve);
    });
    return judge().find(({ verdict }) => verdict === 'wrong')?.sentence;
  } finally {
    await listening.close();
  }
}

/** As long as a master may be silent. */
function secondsToListen(summary: ConfigurationSummary): number {
  return Math.min(getSilenceLimitMs(findLongestInterval(summary) * 1000), longestMs) / 1000;
}
