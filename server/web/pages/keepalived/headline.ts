import type { InstanceStatus, StateWord } from '../../../keepalived/status.ts';
import { describeElapsed } from '../../view/time-words.ts';
import type { Elapsed } from '../../view/time-words.ts';

/** What colour a state has; the style sheet knows the colours. */
export type Tone = 'good' | 'calm' | 'warn' | 'bad' | 'mute';

/** One sentence that says how it stands with an instance, readable in a second. */
export interface Headline {
  tone: Tone;
  /** A shape of its own for each state: colour is never the only signal. */
  shape: string;
  word: StateWord;
  sentence: string;
  /** How long it has been so, where the sentence says it. */
  elapsed: Elapsed | undefined;
  /** After the sentence; empty where the word says it all. */
  because: string;
  instanceName: string;
}

type Look = Pick<Headline, 'tone' | 'shape'>;

const looks: Record<StateWord, Look> = {
  Active: { tone: 'good', shape: '●' },
  Standby: { tone: 'calm', shape: '○' },
  Starting: { tone: 'warn', shape: '◌' },
  Stopped: { tone: 'mute', shape: '■' },
  Unknown: { tone: 'warn', shape: '?' },
  Fault: { tone: 'bad', shape: '▲' },
  Alarm: { tone: 'bad', shape: '▲' },
};

/** How a state is painted and drawn, wherever its word stands. */
export function lookOf(state: StateWord): Look {
  return looks[state];
}

/** The virtual addresses of an instance without their prefix lengths: `192.168.0.100, fd00::1`. */
export function nameAddresses({ addresses }: Pick<InstanceStatus, 'addresses'>): string {
  const names = addresses.map(({ cidr }) => cidr.split('/')[0] ?? cidr);
  return names.length === 0 ? 'no virtual IP' : names.join(', ');
}

/**
 * The sentence of one instance.
 * @param wallMs now, milliseconds since the epoch
 */
export function describeHeadline(instance: InstanceStatus, wallMs: number): Headline {
  const { state, name, reason, lastTransitionAtMs } = instance;
  const isLasting = state === 'Active' || state === 'Standby' || state === 'Fault';
  return {
    ...looks[state],
    word: state,
    sentence: sentenceOf(instance),
    elapsed:
      isLasting && lastTransitionAtMs !== undefined
        ? describeElapsed(lastTransitionAtMs, wallMs)
        : undefined,
    because: reason === undefined || state === 'Alarm' ? '' : `: ${reason}`,
    instanceName: name,
  };
}

function sentenceOf(instance: InstanceStatus): string {
  const addresses = nameAddresses(instance);
  switch (instance.state) {
    case 'Active':
      return `this server is serving ${addresses}`;
    case 'Standby':
      return `this server has been ready to take over ${addresses}`;
    case 'Fault':
      return `this server has been unable to serve ${addresses}`;
    case 'Starting':
      return `this server does not serve ${addresses} yet`;
    case 'Stopped':
      return `keepalived is stopped, so this server takes no part in serving ${addresses}`;
    case 'Unknown':
      return `it cannot be told whether this server is serving ${addresses}`;
    case 'Alarm':
      return instance.reason ?? `the evidence about ${addresses} contradicts itself`;
  }
}
