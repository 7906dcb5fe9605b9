/** Why an instance changed its state: what the lines around the change say. */
import { beginsAgain, findBeginning } from './beginnings.ts';
import type { Beginning } from './beginnings.ts';
import type { ExplainedLine, Transition, TransitionReason } from './transition.ts';

interface Change extends Pick<Transition, 'instance' | 'from' | 'to'> {
  /** What keepalived did last: it was started, or it reloaded its configuration. */
  beginning: Beginning | undefined;
}
/** A cause, if the line is one for this instance. */
type Cause = (line: ExplainedLine, change: Change) => TransitionReason | undefined;

/** A cause stands at most so long before its effect; three advertisements of 1 s and some. */
const lookBackMs = 5_000;
/** A sync group's members are told of after the fact, within the second. */
const lookAheadMs = 1_000;
/** Not more lines than this, however many instances log at once. */
const lookLines = 200;

/** The cause of a change that is told at `index`; undefined: the lines around it name none. */
export function findReason(
  transition: Pick<Transition, 'instance' | 'from' | 'to'>,
  lines: readonly ExplainedLine[],
  index: number,
): TransitionReason | undefined {
  const at = lines[index];
  if (!at) return undefined;
  const change = { ...transition, beginning: findBeginning(transition, lines, index) };
  const before = lines
    .slice(Math.max(0, index - lookLines), index + 1)
    .filter(({ atMs }) => at.atMs - atMs <= lookBackMs)
    .reverse();
  const after = lines
    .slice(index + 1, index + lookLines)
    .filter(({ atMs }) => atMs - at.atMs <= lookAheadMs);
  for (const alike of causes[change.to]) {
    for (const line of [...before, ...after]) {
      for (const cause of alike) {
        const reason = cause(line, change);
        if (reason) return reason;
      }
    }
  }
  return undefined;
}

const ofInstance = ({ explained }: ExplainedLine, id: string, { instance }: Change) =>
  explained?.id === id && explained.values['instance'] === instance ? explained.values : undefined;

const higherPriority: Cause = (line, change) => {
  const values = ofInstance(line, 'higher-priority', change);
  return (
    values && {
      code: 'higher-priority',
      words: `${values['address'] ?? 'the other server'} has the higher priority, ${values['theirs'] ?? '?'} against ${values['ours'] ?? '?'}`,
    }
  );
};

const samePriority: Cause = (line, change) => {
  const values = ofInstance(line, 'same-priority-higher-address', change);
  return (
    values && {
      code: 'same-priority',
      words: `${values['address'] ?? '?'} has the same priority and the higher address`,
    }
  );
};

/** keepalived then gives up and stands for election again (measured, 2.2.7). */
const addressRemoved: Cause = ({ explained }) => {
  if (explained?.id !== 'address-changed-by-another') return undefined;
  const { address = '?', what, interface: interfaceName = '?' } = explained.values;
  if (what !== 'removed from') return undefined;
  return {
    code: 'address-removed',
    words: `somebody else removed ${address} from ${interfaceName}`,
  };
};

const peerGaveUp: Cause = (line, change) =>
  ofInstance(line, 'priority-zero-received', change) && {
    code: 'peer-gave-up',
    words: 'the other server gave up the address: it stopped, or a check failed there',
  };

const preempted: Cause = (line, change) => {
  const values = ofInstance(line, 'lower-priority-discarded', change);
  return (
    values && {
      code: 'preempted',
      words: `this server has the higher priority, ${values['address'] ?? '?'} only ${values['priority'] ?? '?'}`,
    }
  );
};

/** Nothing was heard since the start or the reload: there may be no other server. */
const beganAlone: Cause = (line, change) => {
  if (!ofInstance(line, 'state-change', change) || !beginsAgain(line)) return undefined;
  const reason = change.beginning && beginningReasons[change.beginning];
  return reason && { ...reason, words: `${reason.words}, and no other server was heard` };
};

const peerLost: Cause = (line, change) =>
  (ofInstance(line, 'advertisement-timeout', change) ??
    ofInstance(line, 'about-to-be-master', change)) && {
    code: 'peer-lost',
    words: 'no advertisement came from the other server any more',
  };

const syncGroup: Cause = ({ explained }) =>
  explained?.id === 'sync-group-change'
    ? {
        code: 'sync-group',
        words: `the sync group ${explained.values['group'] ?? '?'} changed its state`,
      }
    : undefined;

const childDied: Cause = ({ explained }) =>
  explained?.id === 'child-died'
    ? { code: 'process-died', words: 'keepalived’s VRRP process died' }
    : undefined;

const restarted: Cause = (line, change) =>
  change.from === 'STOPPED' && childDied(line, change)
    ? { code: 'restarted', words: 'keepalived’s VRRP process died and was started again' }
    : undefined;

const beginningReasons: Record<Beginning, TransitionReason> = {
  start: { code: 'started', words: 'keepalived was started' },
  reload: { code: 'reloaded', words: 'keepalived reloaded its configuration' },
};

/** It did not take part before, as far as is known. */
const started: Cause = ({ message }, { from, beginning }) =>
  (from === 'STOPPED' || from === undefined) &&
  beginning === 'start' &&
  (message.endsWith('STATE (init)') || message.startsWith('Starting Keepalived'))
    ? beginningReasons.start
    : undefined;

/** A reload brings an instance that is new, or was changed too much, into its first state. */
const reloaded: Cause = (line, change) =>
  ofInstance(line, 'state-change', change) && beginsAgain(line) && change.beginning === 'reload'
    ? beginningReasons.reload
    : undefined;

const stopped: Cause = ({ message }) =>
  message === 'Stopping' ? { code: 'stopped', words: 'keepalived was stopped' } : undefined;

const interfaceDown: Cause = ({ explained }) =>
  explained?.id === 'interface-change' && explained.values['what'] === 'down'
    ? {
        code: 'interface-down',
        words: `the interface ${explained.values['interface'] ?? '?'} went down`,
      }
    : undefined;

const scriptFailed: Cause = ({ explained }) => {
  if (explained?.id !== 'script-result' || explained.values['what'] === 'succeeded') {
    return undefined;
  }
  const { script = '?', what, how, number } = explained.values;
  const detail = what === 'timed_out' ? ' (timed out)' : how ? ` (${how} ${number ?? ''})` : '';
  return { code: 'script-failed', words: `the tracked script ${script} failed${detail}` };
};

const trackFile: Cause = (line, change) => {
  const values = ofInstance(line, 'track-file', change);
  return values?.['what'] === 'now'
    ? { code: 'track-file', words: `the tracked file ${values['file'] ?? '?'} asked for it` }
    : undefined;
};

const processMissing: Cause = ({ explained }) =>
  explained?.id === 'process-quorum' && explained.values['what'] === 'down'
    ? {
        code: 'process-missing',
        words: `the tracked process ${explained.values['process'] ?? '?'} did not run often enough`,
      }
    : undefined;

const namedFault: Cause = (line, change) => {
  const values = ofInstance(line, 'fault-reason', change);
  const script = values?.['script'];
  if (script !== undefined) {
    return { code: 'script-failed', words: `the tracked script ${script} failed` };
  }
  return values?.['why'] === undefined ? undefined : { code: 'fault', words: values['why'] };
};

const faultOver: Cause = (line, change) => {
  if (change.from !== 'FAULT' || !line.explained) return undefined;
  const { id, values } = line.explained;
  const what = values['what'];
  const isOver =
    (id === 'interface-change' && what === 'up') ||
    (id === 'script-result' && what === 'succeeded') ||
    (id === 'process-quorum' && what === 'up') ||
    (ofInstance(line, 'track-file', change) && what === 'leaving');
  if (!isOver) return undefined;
  const name = values['interface'] ?? values['script'] ?? values['process'] ?? values['file'];
  return {
    code: 'fault-over',
    words: `the cause of the fault is gone: ${name ?? '?'} is well again`,
  };
};

/** keepalived did not run: then nothing that was or was not heard has to do with the network. */
const delayed: Cause = ({ explained }) => {
  const seconds = explained?.id === 'timer-late' ? explained.values['seconds'] : undefined;
  if (seconds === undefined) return undefined;
  return {
    code: 'delayed',
    words: `keepalived did not run for ${Number(seconds).toFixed(1)} s: this machine was too busy or paused, the network is not the cause`,
  };
};

/** The kernel told of more changes than keepalived could read, so it takes an address for removed. */
const overrun: Cause = ({ explained }) =>
  explained?.id === 'netlink-overrun'
    ? {
        code: 'netlink-overrun',
        words: 'keepalived lost messages of the kernel, because its receive buffer is too small',
      }
    : undefined;

/**
 * What may bring an instance into a state: the more telling causes first, of those side by side the one
 * whose line is nearest, those before the change before those after it.
 */
const causes: Record<Transition['to'], Cause[][]> = {
  MASTER: [[delayed], [peerGaveUp], [preempted], [beganAlone], [peerLost], [syncGroup]],
  BACKUP: [
    [delayed],
    [overrun],
    [restarted],
    [started],
    [reloaded],
    [higherPriority, samePriority, addressRemoved],
    [faultOver],
    [syncGroup],
  ],
  FAULT: [
    [trackFile, namedFault, interfaceDown, scriptFailed, processMissing],
    [syncGroup],
    [reloaded],
  ],
  STOPPED: [[childDied, stopped]],
};
