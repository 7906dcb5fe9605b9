import type { InstanceStatus } from '../../../keepalived/status/status.ts';
import { findIncidents } from '../../../keepalived/transitions/incidents.ts';
import type { FailoverRecord, SplitBrain, TransitionRecord } from '../../../state/state-keeper.ts';
import { describeInstant, formatDuration } from '../../view/time-words.ts';
import type { Instant } from '../../view/time-words.ts';
import { describeIncident } from './incident-row.ts';
import type { IncidentRow } from './incident-row.ts';
import { periods } from './query-schema.ts';
import type { Period } from './query-schema.ts';
import { describeSplitBrain } from './split-brain-row.ts';
import type { SplitBrainRow } from './split-brain-row.ts';
import { drawBars, drawMarks, findStretches, measureShares } from './timeline.ts';
import type { Bar, Holder, Span } from './timeline.ts';

export interface FailoversModel {
  periods: { href: string; label: string; selected: boolean }[];
  periodLabel: string;
  timelines: Timeline[];
  legend: { holder: Holder; label: string }[];
  width: number;
  /** When two servers were active, newest first. */
  splitBrains: SplitBrainRow[];
  /** One for each incident, newest first. */
  rows: IncidentRow[];
  /** How many of how many are listed, where not all are. */
  summary: string;
}

export interface Timeline {
  instanceName: string;
  addresses: string;
  bars: Bar[];
  /** When two servers were active, as far as it was noticed here. */
  marks: Pick<Bar, 'x' | 'width'>[];
  from: Instant;
  to: Instant;
  /** What the picture shows, in words. */
  description: string;
}

export interface FailoverQuestion {
  instances: readonly InstanceStatus[];
  records: readonly FailoverRecord[];
  transitions: readonly TransitionRecord[];
  splitBrains: readonly SplitBrain[];
  period: Period;
  nowMs: number;
}

/** Units of the timeline's picture. */
const width = 1000;
export const longestList = 200;

const holderLabels: Record<Holder, string> = {
  here: 'this server',
  elsewhere: 'not this server',
  unknown: 'unknown: the program was not running',
};

/** The page's words and pictures. */
export function describeFailovers(question: FailoverQuestion): FailoversModel {
  const { instances, records, transitions, period, nowMs } = question;
  const fromMs = nowMs - periods[period].durationMs;
  const actions = records.filter((record) => record.kind === 'action');
  return {
    periods: Object.entries(periods).map(([name, { label }]) => ({
      href: `/keepalived/failovers?period=${name}`,
      label,
      selected: name === period,
    })),
    periodLabel: periods[period].label,
    timelines: namesOf(instances, records).map((name) => {
      const stretches = findStretches(records, name, fromMs, nowMs);
      const spans = listSpans(question, name, fromMs);
      const addresses = instances.find((instance) => instance.name === name)?.addresses ?? [];
      return {
        instanceName: name,
        addresses: addresses.map(({ cidr }) => cidr).join(', '),
        bars: drawBars(stretches, width),
        marks: drawMarks(spans, fromMs, nowMs, width),
        from: describeInstant(fromMs),
        to: describeInstant(nowMs),
        description: `${describeShares(measureShares(stretches))}${describeSplit(spans)}`,
      };
    }),
    legend: (['here', 'elsewhere', 'unknown'] as const).map((holder) => ({
      holder,
      label: holderLabels[holder],
    })),
    width,
    splitBrains: question.splitBrains.map((one) => describeSplitBrain(one, transitions, nowMs)),
    rows: findIncidents(transitions.slice(0, longestList)).map((one) =>
      describeIncident(one, actions),
    ),
    summary:
      transitions.length > longestList
        ? `These are the newest ${longestList} changes. The log has more.`
        : '',
  };
}

/** The configured instances, then those that only the past knows. */
function namesOf(
  instances: readonly InstanceStatus[],
  records: readonly FailoverRecord[],
): string[] {
  const past = records.flatMap((record) => (record.kind === 'serving' ? [record.instance] : []));
  return [...new Set([...instances.map(({ name }) => name), ...past])];
}

/** The time that is known of each split brain: one whose end nobody saw is a moment. */
function listSpans({ splitBrains, nowMs }: FailoverQuestion, name: string, fromMs: number): Span[] {
  return splitBrains
    .filter(({ instance }) => instance === name)
    .map((one) => ({
      fromMs: Math.max(one.fromMs, fromMs),
      toMs: one.toMs ?? (one.end === 'lasts' ? nowMs : one.fromMs),
    }));
}

function describeSplit(spans: readonly Span[]): string {
  if (spans.length === 0) return '';
  const ms = spans.reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
  return ` Two servers were seen active ${spans.length === 1 ? 'once' : `${spans.length} times`}, for ${formatDuration(ms)}.`;
}

function describeShares(shares: Record<Holder, number>): string {
  const parts = (['here', 'elsewhere', 'unknown'] as const)
    .filter((holder) => shares[holder] > 0)
    .map((holder) => `${holderLabels[holder]} ${formatShare(shares[holder])}`);
  return `Who had the address: ${parts.join(', ')}.`;
}

/** Never `0 %` for what was, nor `100 %` for what was not always. */
function formatShare(percent: number): string {
  if (percent > 0 && percent < 0.1) return 'less than 0.1 %';
  if (percent > 99.9 && percent < 100) return 'more than 99.9 %';
  return `${Number(percent.toFixed(1))} %`;
}
