/** This server's part in a pair, with all that it needs of this machine. */
import { networkInterfaces } from 'node:os';
import { createLinkPipes } from '../../agent/links/link-pipes.ts';
import type { LinkPipes } from '../../agent/links/link-pipes.ts';
import type { Appliance } from '../../appliance/appliance.ts';
import { bareAddress } from '../../keepalived/addresses/addresses.ts';
import { serverReportSchema } from '../../keepalived/pair/server-report.ts';
import type { ServerReport } from '../../keepalived/pair/server-report.ts';
import { createOwnReport } from '../../operations/pair/own-report.ts';
import { createPairWatch } from '../../operations/pair/pair-watch.ts';
import type { PairWatch } from '../../operations/pair/pair-watch.ts';
import { createPair } from '../../pair/create-pair.ts';
import type { Pair, PairProblem } from '../../pair/pair.ts';
import type { ProgramOptions } from '../../program-options.ts';
import type { Clock } from '../../shared/clock.ts';
import { readHostName } from '../../shared/own-hosts.ts';
import { version } from '../../shared/version.ts';
import type { StateKeeper } from '../../state/state-keeper.ts';
import { dialPage } from './dial-page.ts';
import { readMachineDigest } from './machine-id.ts';
import { listOwnUrls } from './own-urls.ts';

export interface OpenPair {
  pair: Pair<ServerReport>;
  links: LinkPipes;
  /** Calls back when the pair has news. @returns the function that ends it */
  subscribeToPair: (listener: () => void) => () => void;
  listOwnUrls: () => string[];
  readPairSummary: PairWatch['read'];
  close: () => Promise<void>;
}

export async function openPair({
  options,
  appliance,
  keeper,
  clock,
  onProblem,
  onPairProblem,
}: {
  options: ProgramOptions;
  appliance: Appliance;
  keeper: Pick<StateKeeper, 'peek' | 'evidence' | 'subscribe'>;
  clock: Clock;
  onProblem: (error: unknown) => void;
  onPairProblem: (problem: PairProblem) => void;
}): Promise<OpenPair> {
  const listeners = new Set<() => void>();
  const report = createOwnReport({ appliance, keeper, programVersion: version, onProblem });
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const listUrls = () => {
    const addresses = Object.values(networkInterfaces()).flatMap((entries = []) =>
      entries.map(({ address }) => address),
    );
    const virtualAddresses = keeper
      .peek()
      .status.instances.flatMap((instance) => instance.addresses)
      .map(({ cidr }) => bareAddress(cidr));
    return listOwnUrls(options, addresses, virtualAddresses);
  };
  const pair = await createPair({
    ...{ clock, version, reportSchema: serverReportSchema },
    directory: options.stateDirectory,
    machineId: await readMachineDigest(),
    hostName: readHostName,
    describe: report.describe,
    subscribe: report.subscribe,
    ownUrls: listUrls,
    dial: dialPage,
    onChange: tell,
    onProblem: onPairProblem,
  });
  const watch = createPairWatch({
    ...{ pair, clock, onTurn: tell },
    // Its own secrets are compared under the key of each link.
    describeOwn: () => report.describe(() => ''),
  });
  // Before those who read it.
  listeners.add(watch.noteNews);
  const stopKeeper = keeper.subscribe(watch.noteNews);
  return {
    pair,
    links: createLinkPipes((stream, from) => {
      pair.accept(stream, from);
    }),
    subscribeToPair(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listOwnUrls: listUrls,
    readPairSummary: watch.read,
    async close() {
      await pair.close();
      stopKeeper();
      watch.close();
      report.close();
    },
  };
}
