import type { MasterRouter, TrackedItem, TrackingReport } from '../../proof/evidence.ts';
import { readWholeDump, type DumpRecord } from './dump-records.ts';

/**
 * What the text dump (keepalived.data, SIGUSR1) says of the scripts, interfaces, files and processes
 * that keepalived watches; the JSON dump has none of the first three. Read are versions 2.2.7 to
 * 2.4.3. What nobody watches is left out.
 */
export function parseTrackingDump(text: string): TrackingReport {
  const sections = readWholeDump(text);
  if (!sections) {
    return { ok: false, reason: 'The dump is incomplete: keepalived has not finished writing it.' };
  }
  const items = readers.flatMap(({ section, kind, read }) =>
    (sections.get(section) ?? []).filter((record) => record.kind === kind).map(read),
  );
  const instances = sections.get('VRRP Topology') ?? [];
  const masters = instances.filter(({ kind }) => kind === 'VRRP Instance').flatMap(readMaster);
  return {
    ok: true,
    items: items.filter(({ instances }) => instances.length > 0),
    ...(masters.length > 0 && { masters }),
  };
}

/**
 * The address of an older master stays there when a master steps down, until the next advertisement
 * comes (vrrp.c, 2.2.7): it counts only if one came since. Its time is the one at which the master is
 * given up, less how long that takes.
 */
function readMaster({ name, properties }: DumpRecord): MasterRouter[] {
  const address = properties.get('Master router');
  const priority = Number(properties.get('Master priority') ?? 0);
  const seconds = (key: string) => Number.parseFloat(properties.get(key) ?? '');
  const transition = seconds('Last transition');
  const heardAt = seconds('Read timeout') - seconds('Master down timer') / 1e6;
  const hasHeard = heardAt > transition + sameMomentSeconds;
  if (properties.get('State') !== 'BACKUP' || address === undefined || !hasHeard) return [];
  const lastTransitionAtMs = Math.round(transition * 1000);
  return priority > 0 ? [{ instanceName: name, address, priority, lastTransitionAtMs }] : [];
}

const sameMomentSeconds = 0.01;

const readers: { section: string; kind: string; read: (record: DumpRecord) => TrackedItem }[] = [
  { section: 'VRRP Scripts', kind: 'VRRP Script', read: readScript },
  { section: 'Interfaces', kind: 'Name', read: readInterface },
  { section: 'VRRP Track files', kind: 'Track file', read: readFile },
  { section: 'VRRP Track processes', kind: 'VRRP Track process', read: readProcess },
];

function readScript(record: DumpRecord): TrackedItem {
  const { properties } = record;
  const isStarting = ['INIT', 'INIT/RELOAD'].includes(properties.get('Init state') ?? '');
  return {
    kind: 'script',
    name: record.name,
    good: isStarting ? undefined : properties.get('Status') === 'GOOD',
    detail: isStarting ? 'no result yet' : '',
    instances: readTrackers(record, 'Tracking instances'),
  };
}

/** Only `UP, RUNNING` lets an instance be anything but FAULT. */
function readInterface(record: DumpRecord): TrackedItem {
  const state = record.properties.get('State') ?? '';
  const isUp = /^UP, RUNNING\b/.test(state);
  return {
    kind: 'interface',
    name: record.name,
    good: isUp,
    detail: isUp ? '' : state.startsWith('UP') ? 'up, without a carrier' : 'down',
    instances: readTrackers(record, 'Tracking VRRP instances'),
  };
}

/** A file's number times its weight is added to the priority (keepalived.conf(5), track_file). */
function readFile(record: DumpRecord): TrackedItem {
  const value = Number(record.properties.get('Status') ?? 0);
  const instances = readTrackers(record, 'Tracking instances').map(
    ({ name, weight, isReversed = false }) => {
      // `reverse` changes the sign of what is added; of the weight 0, which number is a FAULT.
      const moved = value * weight * (isReversed ? -1 : 1);
      const isFault = weight === 0 ? (value !== 0) !== isReversed : moved <= faultFrom;
      return {
        ...{ name, weight: isReversed && weight !== 0 ? -weight : weight },
        forcesFault: weight === 0 || isFault,
        good: !isFault && moved >= 0,
      };
    },
  );
  return {
    kind: 'file',
    name: record.name,
    good: instances.every(({ good }) => good),
    detail: `value ${value}`,
    file: { path: record.properties.get('File') ?? '', value },
    instances,
  };
}

const faultFrom = -254;

function readProcess(record: DumpRecord): TrackedItem {
  const { properties } = record;
  const current = properties.get('Current processes') ?? '?';
  return {
    kind: 'process',
    name: record.name,
    good: properties.get('Have quorum') === 'true',
    detail: `${current} of ${properties.get('Min processes') ?? '?'} processes`,
    instances: readTrackers(record, 'Tracking instances'),
  };
}

/** `VI_1, weight -20`, `VI_1, weight 20 reverse`, `VI_1, weight 0 reverse`. */
function readTrackers(record: DumpRecord, heading: string): TrackedItem['instances'] {
  return (record.lists.get(heading) ?? []).flatMap((line) => {
    const [, name, digits, reverse] = /^(.+?),? weight (-?\d+)( reverse)?/.exec(line) ?? [];
    if (name === undefined) return [];
    const weight = Number(digits);
    const isReversed = reverse !== undefined && ({ isReversed: true } as const);
    return [{ name, weight, forcesFault: weight === 0, ...isReversed }];
  });
}
