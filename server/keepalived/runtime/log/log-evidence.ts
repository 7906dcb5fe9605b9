/**
 * What the log's lines say of the present: other masters that are heard, results of what is watched,
 * causes of a FAULT. Each line replaces what an older one said; a change of state clears what was
 * said about the state before.
 */
import type { Observed, TrackedItem, TrackingReport } from '../../proof/evidence.ts';
import { readOtherMaster } from '../../status/masters/other-masters.ts';
import type { OtherMasters } from '../../status/masters/other-masters.ts';
import { explainMessage } from '../messages/explain-message.ts';
import type { MessageExplanation } from '../messages/explain-message.ts';
import type { LogLine } from './log-lines.ts';

/** The newest result of something that keepalived watches, by its log. */
export interface LoggedResult {
  good: boolean;
  /** Such as `exited with status 7`; empty if there is nothing to add. */
  detail: string;
  /** Wall clock, ms: of the line. */
  atMs: number | undefined;
}

export interface LogEvidence {
  /** By instance, since its last change of state. */
  otherMasters: OtherMasters;
  /** By `trackedKey`. */
  results: ReadonlyMap<string, LoggedResult>;
  /** By instance: what keepalived named as the cause of its FAULT. */
  faultCauses: ReadonlyMap<string, string>;
  /** The kernel's newest refusal to set or remove an address, in its own words. */
  addressRefusal: Observed<string> | undefined;
  /** How long keepalived waits after its start (vrrp_startup_delay), in seconds. */
  startupDelay?: Observed<number>;
  /** By instance: how long it waits before it takes its address back (preempt_delay), in seconds. */
  preemptDelays?: ReadonlyMap<string, Observed<number>>;
}

export const noLogEvidence: LogEvidence = {
  otherMasters: new Map(),
  results: new Map(),
  faultCauses: new Map(),
  addressRefusal: undefined,
};

export function trackedKey({ kind, name }: Pick<TrackedItem, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

/**
 * The evidence with one more line.
 * @param seenAtMs monotonic clock: when the line was written, as far as known
 */
export function noteLogLine(
  evidence: LogEvidence,
  { message, atMs }: Pick<LogLine, 'message' | 'atMs'>,
  seenAtMs: number,
): LogEvidence {
  const explained = explainMessage(message);
  if (!explained) return evidence;
  const { id, values } = explained;
  const { instance } = values;
  if (id === 'address-not-permitted') {
    return { ...evidence, addressRefusal: { value: values['text'] ?? message, atMs: seenAtMs } };
  }
  if (id === 'startup-delay') {
    return { ...evidence, startupDelay: { value: Number(values['seconds']), atMs: seenAtMs } };
  }
  const result = resultReaders[explained.id]?.(explained.values);
  if (result) {
    const { key, good, detail } = result;
    return { ...evidence, results: withEntry(evidence.results, key, { good, detail, atMs }) };
  }
  if (instance === undefined) return evidence;
  if (id === 'state-change') {
    return {
      ...evidence,
      // It comes after the change of state for which the address was to be set.
      addressRefusal: undefined,
      otherMasters: without(evidence.otherMasters, instance),
      ...(evidence.preemptDelays && {
        preemptDelays: without(evidence.preemptDelays, instance),
      }),
      faultCauses:
        values['state'] === 'FAULT'
          ? evidence.faultCauses
          : without(evidence.faultCauses, instance),
    };
  }
  if (id === 'preempt-delay') {
    const { preemptDelays = new Map<string, Observed<number>>() } = evidence;
    const value = { value: Number(values['seconds'] ?? 0), atMs: seenAtMs };
    return {
      ...evidence,
      preemptDelays:
        values['what'] === 'start'
          ? withEntry(preemptDelays, instance, value)
          : without(preemptDelays, instance),
    };
  }
  const cause = id === 'fault-reason' ? (values['why'] ?? values['script']) : undefined;
  if (cause !== undefined) {
    return { ...evidence, faultCauses: withEntry(evidence.faultCauses, instance, cause) };
  }
  const value = readOtherMaster(explained);
  if (!value) return evidence;
  const otherMasters = withEntry(evidence.otherMasters, instance, { value, atMs: seenAtMs });
  return { ...evidence, otherMasters };
}

/**
 * The evidence after keepalived was asked what it watches: a result that changed without a line (without
 * `--log-detail` there is none of files) has been so since about now.
 * @param wallMs wall clock
 */
export function noteTracking(
  evidence: LogEvidence,
  before: TrackingReport | undefined,
  now: TrackingReport,
  wallMs: number,
): LogEvidence {
  if (!before?.ok || !now.ok) return evidence;
  let { results } = evidence;
  for (const item of now.items) {
    const key = trackedKey(item);
    const old = before.items.find((other) => trackedKey(other) === key);
    if (item.good === undefined || old === undefined || old.good === item.good) continue;
    if (results.get(key)?.good === item.good) continue;
    results = withEntry(results, key, { good: item.good, detail: '', atMs: wallMs });
  }
  return { ...evidence, results };
}

type Values = MessageExplanation['values'];

/** What a line says of something tracked, by the id of its message. */
const resultReaders: Partial<
  Record<
    MessageExplanation['id'],
    (values: Values) => { key: string; good: boolean; detail: string }
  >
> = {
  'script-result': ({ what, script = '', how, number = '' }) => ({
    key: `script ${script}`,
    good: what === 'succeeded',
    detail: what === 'timed_out' ? 'timed out' : how === undefined ? '' : `${how} ${number}`,
  }),
  'interface-change': ({ what, interface: name = '' }) => ({
    ...{ key: `interface ${name}`, good: what === 'up', detail: '' },
  }),
  'track-file': ({ what, file = '' }) => ({
    ...{ key: `file ${file}`, good: what === 'leaving', detail: '' },
  }),
  'process-quorum': ({ what, process = '', count = '?' }) => ({
    ...{ key: `process ${process}`, good: what === 'up', detail: `${count} processes` },
  }),
};

function withEntry<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value) {
  return new Map(map).set(key, value);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
