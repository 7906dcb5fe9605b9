/**
 * The priority that an instance has with what it tracks, and whether that puts it into FAULT, by the
 * rules of `vrrp_track.c` and `vrrp.c` 2.2.7 (checked against running pairs): a weight above 0 is
 * added while the item is good, one below 0 is taken off while it is bad, a weight of 0 makes a bad
 * item a FAULT; a file's number times its weight is added. `reverse` changes the sign of what is
 * added, and which result is a FAULT; of a script, a reload forgets it (measured, 2.2.7).
 */
import { ownerPriority } from '../../addresses/owner-priority.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../../config/questions.ts';
import type { ConfiguredTracker, ConfiguredTrackWeight } from '../../config/summary.ts';
import type { NetworkReport, TrackingReport } from '../../proof/evidence.ts';

const faultFrom = -254;

/** What is known of an item: whether it is good, of a file its number; undefined: nothing. */
export type FindResult = (
  kind: ConfiguredTracker['kind'],
  name: string,
) => { good: boolean } | { value: number } | undefined;

export interface EffectivePriority {
  /** Undefined: it hangs on what is not known. */
  priority: number | undefined;
  /** What puts it into FAULT, as far as that is known. */
  faults: string[];
  /** What it tracks and nothing is known of yet. */
  unknown: string[];
}

/** Computes it for one instance of a configuration, as it is after a reload. */
export function computePriority(
  instance: ConfiguredInstance,
  summary: ConfigurationSummary,
  findResult: FindResult,
): EffectivePriority {
  const result: EffectivePriority = { priority: instance.priority, faults: [], unknown: [] };
  let sum = 0;
  for (const { kind, name, weight, isReversed } of listWeights(instance, summary)) {
    const found = findResult(kind, name);
    const isTurned = kind !== 'script' && isReversed;
    const sign = isTurned ? -1 : 1;
    if (found === undefined) {
      result.unknown.push(name);
    } else if ('value' in found) {
      const moved = sign * found.value * weight;
      const isFault = weight === 0 ? (found.value !== 0) !== isReversed : moved <= faultFrom;
      if (isFault) result.faults.push(name);
      else sum += Math.min(-faultFrom - 1, moved);
    } else {
      if (weight === 0 && found.good === isTurned) result.faults.push(name);
      if (found.good === weight > 0) sum += sign * weight;
    }
  }
  const isUnknown = result.unknown.length > 0 || instance.hasUnreadTracking === true;
  if (instance.priority === ownerPriority || instance.priority === undefined) return result;
  result.priority = isUnknown
    ? undefined
    : Math.min(ownerPriority - 1, Math.max(1, instance.priority + sum));
  return result;
}

type Weighted = ConfiguredTrackWeight & Pick<ConfiguredTracker, 'kind' | 'name'>;

/**
 * What counts for an instance, each with its weight. In a sync group without
 * `sync_group_tracking_weight` keepalived ignores the scripts and files that a member itself tracks
 * with a weight, of a file with the weight 1 only the weight. An interface's weight counts, although
 * `-t` says that it is ignored (measured, 2.2.7). An address owner tracks no weights. What the group
 * tracks too has the group's weight, unless it has none in the member.
 */
export function listWeights(
  { trackers, syncGroupName, priority }: ConfiguredInstance,
  summary: ConfigurationSummary,
): Weighted[] {
  const group = summary.syncGroups.find(({ name }) => name === syncGroupName);
  const own = trackers.map((tracker) => weigh(tracker, summary));
  const shared = (group?.trackers ?? []).map((tracker) => weigh(tracker, summary));
  const isOwner = priority === ownerPriority;
  const counted =
    (group && !group.usesMemberWeights) || isOwner
      ? own.flatMap((one) => withoutWeight(one, isOwner))
      : own;
  const usable = shared.filter(({ weight }) => weight === 0 || !isOwner);
  // Of a script, both count after a reload (measured, 2.2.7).
  const isSame = (one: Weighted) => (other: Weighted) =>
    one.kind !== 'script' && one.kind === other.kind && one.name === other.name;
  return [
    ...counted.map((one) => (one.weight === 0 ? one : (usable.find(isSame(one)) ?? one))),
    ...usable.filter((one) => !counted.some(isSame(one))),
  ];
}

function withoutWeight(one: Weighted, isOwner: boolean): Weighted[] {
  if (one.weight === 0 || one.kind === 'process') return [one];
  if (one.kind === 'interface') return isOwner ? [] : [one];
  return one.kind === 'file' && one.weight === 1 ? [{ ...one, weight: 0 }] : [];
}

function weigh({ kind, name, own }: ConfiguredTracker, summary: ConfigurationSummary): Weighted {
  const defined =
    kind === 'script'
      ? summary.scripts.find((script) => script.name === name)
      : summary.trackDefinitions.find((one) => one.kind === kind && one.name === name);
  const { weight, isReversed } = own ?? defined ?? { weight: 0, isReversed: false };
  return { kind, name, weight, isReversed };
}

/**
 * Results by keepalived's own account; where that has none, of interfaces by the kernel's, and of files
 * by what is in them.
 * @param fileValues by the name of the tracked file
 */
export function createFindResult(
  tracking: TrackingReport | undefined,
  network: NetworkReport | undefined,
  fileValues: ReadonlyMap<string, number> = new Map(),
): FindResult {
  return (kind, name) => {
    const item = tracking?.ok
      ? tracking.items.find((one) => one.kind === kind && one.name === name)
      : undefined;
    const value = kind === 'file' ? /^value (-?\d+)$/.exec(item?.detail ?? '')?.[1] : undefined;
    if (value !== undefined) return { value: Number(value) };
    if (kind === 'file') {
      const content = fileValues.get(name);
      return content === undefined ? undefined : { value: content };
    }
    if (item?.good !== undefined) return { good: item.good };
    if (kind !== 'interface' || !network?.ok) return undefined;
    const link = network.interfaces.find((one) => one.name === name);
    return link && { good: link.up && link.carrier };
  };
}
