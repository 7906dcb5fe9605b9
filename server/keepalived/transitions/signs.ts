/** What a line of the log may be a sign of, read once for each line. */
import type { MessageId } from '../runtime/messages/message-catalogue.ts';
import type { ExplainedLine, TransitionReason } from './transition.ts';

/** A cause that a line names; whether it is one of a change is decided by the change. */
export type SignName =
  | Exclude<TransitionReason['code'], 'started' | 'reloaded'>
  /** keepalived, or an instance, begins. */
  | 'begins'
  /** An instance enters its first state after a start or a reload. */
  | 'first-state';

export interface Sign {
  name: SignName;
  /** Whose cause it is; undefined: anybody's. */
  instance?: string | undefined;
  /** For people, as in the reason; those of a beginning depend on the change. */
  words: string;
}

/** Of whom the message speaks is decided by its values, of what by its kind. */
export function readSigns({ message, explained }: ExplainedLine): Sign[] {
  const values = explained?.values ?? {};
  const ofLine = (explained && signsById[explained.id]?.(values)) ?? [];
  const begins =
    message.endsWith('STATE (init)') || message.startsWith('Starting Keepalived')
      ? [sign('begins', '')]
      : [];
  const firstState =
    explained?.id === 'state-change' && message.endsWith('STATE (init)')
      ? [own('first-state', values, '')]
      : [];
  const stopped = message === 'Stopping' ? [sign('stopped', 'keepalived was stopped')] : [];
  return [...ofLine, ...begins, ...firstState, ...stopped];
}

type Values = Readonly<Record<string, string | undefined>>;

const sign = (name: SignName, words: string): Sign => ({ name, words });
const own = (name: SignName, { instance = '' }: Values, words: string): Sign => ({
  ...{ name, instance, words },
});

const peerLost = (values: Values) => [
  own('peer-lost', values, 'no advertisement came from the other server any more'),
];

const faultOver = (name: string | undefined) =>
  `the cause of the fault is gone: ${name ?? '?'} recovered`;

const signsById: Readonly<Partial<Record<MessageId, (values: Values) => Sign[]>>> = {
  'higher-priority': (values) => [
    own(
      'higher-priority',
      values,
      `${values['address'] ?? 'the other server'} has the higher priority, ${values['theirs'] ?? '?'} against ${values['ours'] ?? '?'}`,
    ),
  ],
  'same-priority-higher-address': (values) => [
    own(
      'same-priority',
      values,
      `${values['address'] ?? '?'} has the same priority and the higher address`,
    ),
  ],
  /** keepalived then gives up and stands for election again (measured, 2.2.7). */
  'address-changed-by-another': ({ address = '?', what, interface: interfaceName = '?' }) =>
    what === 'removed from'
      ? [sign('address-removed', `another program removed ${address} from ${interfaceName}`)]
      : [],
  'priority-zero-received': (values) => [
    own(
      'peer-gave-up',
      values,
      'the other server gave up the address: it stopped, or a check failed there',
    ),
  ],
  'lower-priority-discarded': (values) => [
    own(
      'preempted',
      values,
      `this server has the higher priority, ${values['address'] ?? '?'} only ${values['priority'] ?? '?'}`,
    ),
  ],
  'advertisement-timeout': peerLost,
  'about-to-be-master': peerLost,
  'sync-group-change': ({ group = '?' }) => [
    sign('sync-group', `the sync group ${group} changed its state`),
  ],
  'child-died': () => [
    sign('process-died', 'keepalived’s VRRP process died'),
    sign('restarted', 'keepalived’s VRRP process died and was started again'),
  ],
  'interface-change': ({ what, interface: name }) => [
    ...(what === 'down' ? [sign('interface-down', `the interface ${name ?? '?'} went down`)] : []),
    ...(what === 'up' ? [sign('fault-over', faultOver(name))] : []),
  ],
  'script-result': ({ script, what, how, number }) => {
    if (what === 'succeeded') return [sign('fault-over', faultOver(script))];
    const detail = what === 'timed_out' ? ' (timed out)' : how ? ` (${how} ${number ?? ''})` : '';
    return [sign('script-failed', `the tracked script ${script ?? '?'} failed${detail}`)];
  },
  'process-quorum': ({ process, what }) => [
    ...(what === 'down'
      ? [sign('process-missing', `the tracked process ${process ?? '?'} did not run often enough`)]
      : []),
    ...(what === 'up' ? [sign('fault-over', faultOver(process))] : []),
  ],
  'track-file': (values) => {
    const { file, what } = values;
    if (what === 'now') {
      return [own('track-file', values, `the tracked file ${file ?? '?'} asked for it`)];
    }
    return what === 'leaving' ? [own('fault-over', values, faultOver(file))] : [];
  },
  'fault-reason': (values) => {
    const { script, why } = values;
    if (script !== undefined) {
      return [own('script-failed', values, `the tracked script ${script} failed`)];
    }
    return why === undefined ? [] : [own('fault', values, why)];
  },
  /** keepalived did not run: then nothing that was or was not heard has to do with the network. */
  'timer-late': ({ seconds }) =>
    seconds === undefined
      ? []
      : [
          sign(
            'delayed',
            `keepalived did not run for ${Number(seconds).toFixed(1)} s: this machine was too busy or paused, the network is not the cause`,
          ),
        ],
  /** The kernel told of more changes than keepalived could read, so it takes an address for removed. */
  'netlink-overrun': () => [
    sign(
      'netlink-overrun',
      'keepalived lost messages of the kernel, because its receive buffer is too small',
    ),
  ],
};
