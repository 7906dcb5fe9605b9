import type { InstanceStatus, StateWord } from '../../../keepalived/status.ts';
import { formatDuration } from '../../view/time-words.ts';

/** What colour a state has; the style sheet knows the colours. */
export type Tone = 'good' | 'calm' | 'warn' | 'bad' | 'mute';

/** One sentence that says how it stands with an instance, readable in a second. */
export interface Headline {
  tone: Tone;
  /** A shape of its own for each state: colour is never the only signal. */
  shape: string;
  word: StateWord;
  sentence: string;
  instanceName: string;
}

const looks: Record<StateWord, { tone: Tone; shape: string }> = {
  Active: { tone: 'good', shape: '●' },
  Standby: { tone: 'calm', shape: '○' },
  Starting: { tone: 'warn', shape: '◌' },
  Stopped: { tone: 'mute', shape: '■' },
  Unknown: { tone: 'warn', shape: '?' },
  Fault: { tone: 'bad', shape: '▲' },
  Alarm: { tone: 'bad', shape: '▲' },
};

/** How a state is painted, wherever its word stands. */
export function toneOf(state: StateWord): Tone {
  return looks[state].tone;
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
  return {
    ...looks[instance.state],
    word: instance.state,
    sentence: sentenceOf(instance, wallMs),
    instanceName: instance.name,
  };
}

function sentenceOf(instance: InstanceStatus, wallMs: number): string {
  const addresses = nameAddresses(instance);
  const since =
    instance.lastTransitionAtMs === undefined
      ? ''
      : ` for ${formatDuration(wallMs - instance.lastTransitionAtMs)}`;
  const because = instance.reason === undefined ? '' : `: ${instance.reason}`;
  switch (instance.state) {
    case 'Active':
      return `this server is serving ${addresses}${since}`;
    case 'Standby':
      return `this server has been ready to take over ${addresses}${since}`;
    case 'Fault':
      return `this server has been unable to serve ${addresses}${since}${because}`;
    case 'Starting':
      return `this server does not serve ${addresses} yet${because}`;
    case 'Stopped':
      return `keepalived is stopped, so this server takes no part in serving ${addresses}`;
    case 'Unknown':
      return `it cannot be told whether this server is serving ${addresses}${because}`;
    case 'Alarm':
      return instance.reason ?? `the evidence about ${addresses} contradicts itself`;
  }
}
