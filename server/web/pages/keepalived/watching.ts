/** What keepalived watches, beside what this page itself sees of the healthcheck. */
import type { InstanceStatus, WatchedItem } from '../../../keepalived/status/status.ts';
import { isFailing } from '../../../keepalived/status/watched-items.ts';
import { describeMoment } from '../../view/time-words.ts';
import type { Moment } from '../../view/time-words.ts';
import type { Tone } from '../../view/tone.ts';

export interface WatchedRow {
  label: string;
  name: string;
  result: string;
  tone: Tone;
  detail: string;
  since: Moment | undefined;
  /** In place of a moment that is not known. */
  sinceWords: string;
  /** What a bad result does. */
  effect: string;
}

export interface WatchedSection {
  instanceName: string;
  rows: WatchedRow[];
  /** Where the page and keepalived see different things, why that may be so. */
  explanation: string | undefined;
}

/** @param wallMs now, milliseconds since the epoch */
export function describeWatching(
  instances: readonly InstanceStatus[],
  wallMs: number,
): WatchedSection[] {
  return instances.map((instance) => ({
    instanceName: instance.name,
    rows: [
      ...instance.watched.map((item) => describeItem(item, wallMs)),
      ...describeOwnProbe(instance),
    ],
    explanation: explainDisagreement(instance),
  }));
}

const labels: Record<WatchedItem['kind'], string> = {
  script: 'Script',
  interface: 'Interface',
  file: 'File',
  process: 'Process',
};

function describeItem(item: WatchedItem, wallMs: number): WatchedRow {
  const { kind, name, good, detail, sinceMs, isRun } = item;
  return {
    label: labels[kind],
    name,
    result:
      isRun === false
        ? 'Not run'
        : good === undefined
          ? 'Not checked yet'
          : good
            ? goodWords[kind]
            : badWords[kind],
    tone: isRun === false || isFailing(item) ? 'bad' : good === undefined ? 'mute' : 'good',
    detail,
    since: sinceMs === undefined ? undefined : describeMoment(sinceMs, wallMs),
    sinceWords: 'not known',
    effect: describeEffect(item),
  };
}

const goodWords: Record<WatchedItem['kind'], string> = {
  script: 'Succeeded',
  interface: 'Up',
  file: 'Normal',
  process: 'Runs',
};
const badWords: Record<WatchedItem['kind'], string> = {
  script: 'Failed',
  interface: 'Down',
  file: 'Asks to step down',
  process: 'Missing',
};

function describeEffect(item: WatchedItem): string {
  const { kind, weight, forcesFault, isRun, isReversed } = item;
  if (isRun === false) return 'no effect: keepalived counts it as passed';
  if (isReversed && weight !== undefined) return describeReversed(kind, weight);
  if (forcesFault) return 'Fault: releases the address';
  if (kind === 'file') return 'its number changes the priority';
  if (weight === undefined) return 'not known';
  return weight < 0 ? `priority ${weight}` : `without the priority bonus of ${weight}`;
}

/** `reverse` changes the sign of what is added, and which result is a FAULT (measured, 2.2.7). */
function describeReversed(kind: WatchedItem['kind'], weight: number): string {
  const [good, bad] = whiles[kind];
  // Only of a script.
  const until =
    kind === 'script' ? ' (“reverse”; keepalived forgets it at a reload)' : ' (“reverse”)';
  if (weight === 0) return `Fault ${good}: releases the address${until}`;
  const effect = weight > 0 ? `priority -${weight} ${good}` : `priority +${-weight} ${bad}`;
  return `${effect}${until}`;
}

const whiles: Record<WatchedItem['kind'], [good: string, bad: string]> = {
  script: ['while it succeeds', 'while it fails'],
  interface: ['while it is up', 'while it is down'],
  file: ['while it is normal', 'while it asks to step down'],
  process: ['while it runs', 'while it is missing'],
};

function describeOwnProbe({ healthcheck }: InstanceStatus): WatchedRow[] {
  if (!healthcheck) return [];
  const { url, words, good, durationMs, isRepeatable } = healthcheck;
  return [
    {
      label: 'Test from this page',
      name: url,
      result: words,
      tone: good === undefined ? 'mute' : good ? 'good' : 'bad',
      detail: durationMs === undefined ? '' : `in ${durationMs} ms`,
      since: undefined,
      sinceWords: isRepeatable ? 'every 10 s' : 'not tested',
      effect: 'no effect',
    },
  ];
}

function explainDisagreement({ healthcheck, watched }: InstanceStatus): string | undefined {
  const script = watched.find(
    ({ kind, name }) => kind === 'script' && name === healthcheck?.scriptName,
  );
  if (!healthcheck || script?.good === undefined || healthcheck.good === undefined)
    return undefined;
  const { scriptName, intervalSeconds, words } = healthcheck;
  if (healthcheck.good && !script.good) {
    return `This page reaches the healthcheck URL, but keepalived’s ${scriptName} failed. keepalived runs its own command, with its own time limit and user, only every ${intervalSeconds} s. Its last result may be old, or the command may be wrong.`;
  }
  if (!healthcheck.good && script.good) {
    return `The test from this page fails (${words}), but keepalived’s ${scriptName} succeeded. keepalived asks only every ${intervalSeconds} s and may need several failures. It notices later, unless its command checks something else.`;
  }
  return undefined;
}
