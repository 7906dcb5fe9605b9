import type { Appliance } from '../appliance/appliance.ts';
import type { Journal } from '../history/journal.ts';
import type { KeptRecord } from '../history/kept-record.ts';
import type { Notices } from '../history/notices.ts';
import type { RunningDrill } from '../history/running-drill.ts';
import type { VersionStore } from '../history/versions/version-store.ts';
import type { PairSummary } from '../keepalived/pair/pair-summary.ts';
import type { StateKeeper } from '../state/state-keeper.ts';

/** What a change of a configuration needs. */
export interface ApplyDependencies {
  appliance: Appliance;
  keeper: Pick<StateKeeper, 'noteLoaded' | 'followAddressChanges'>;
  versions: VersionStore;
  journal: Journal;
  notices: Notices;
  /** What both servers of a pair say together; absent, or undefined: this one is not paired. */
  readPairSummary?: () => PairSummary | undefined;
}

/** What a failover drill needs. */
export interface DrillDependencies {
  appliance: Appliance;
  runningDrill: KeptRecord<RunningDrill>;
}
