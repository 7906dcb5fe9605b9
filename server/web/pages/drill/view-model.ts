import {
  getAddresses,
  drillActions,
  planDrill,
} from '../../../keepalived/maintenance/drill-plan.ts';
import type {
  DrillAction,
  DrillCase,
  DrillWay,
} from '../../../keepalived/maintenance/drill-plan.ts';
import { describeLasting } from '../../../keepalived/maintenance/drill-words.ts';
import type { DrillOutcome } from '../../../operations/drill/failover-drill.ts';
import type { DrillReading } from '../../../operations/drill/read-drill.ts';
import type { TransitionRecord } from '../../../state/state-keeper.ts';
import type { Flash } from '../../plugins/flash.ts';
import { describeInstant } from '../../view/time-words.ts';

/** What the page has beside the change form. */
export interface DrillPageModel extends DrillModel {
  /** The address by which its user is connected, if a drill would move it. */
  ownAddress: string | undefined;
}

export interface DrillModel {
  instances: { name: string; selected: boolean }[];
  /** Why nothing can be done. */
  problem: string | undefined;
  /** Of the instance that needs the maintenance file first. */
  setUpName: string | undefined;
  drill: ReadyModel | undefined;
}

interface ReadyModel {
  instanceName: string;
  path: string;
  /** How it stands now, and what of an earlier drill goes on. */
  sentences: string[];
  actions: ActionModel[];
  chosen: ChosenModel | undefined;
}

interface ActionModel {
  action: DrillAction;
  label: string;
  /** What will happen, or why it cannot. */
  explanation: string;
  possible: boolean;
}

interface ChosenModel {
  action: DrillAction;
  label: string;
  way: DrillWay;
  sentences: string[];
  dangers: string[];
  /** Why it cannot be done (any more). */
  reason: string | undefined;
  /** Where the same is done with an interruption, for a peer that does not preempt. */
  otherWay: string | undefined;
}

/** What somebody has chosen to see before it is done. */
export interface DrillChoice {
  action?: DrillAction | undefined;
  way: DrillWay;
}

/** The page with what can be done, and what the chosen action would do. */
export function describeDrill(
  reading: DrillReading,
  choice: DrillChoice,
  transitions: readonly TransitionRecord[],
): DrillModel {
  const { instanceNames, instanceName } = reading;
  return {
    instances: instanceNames.map((name) => ({ name, selected: name === instanceName })),
    problem: reading.kind === 'impossible' ? reading.reason : undefined,
    setUpName: reading.kind === 'to-set-up' ? instanceName : undefined,
    drill: reading.kind === 'ready' ? describeReady(reading.drill, choice, transitions) : undefined,
  };
}

type ReadCase = Omit<DrillCase, 'way'>;

function describeReady(
  reading: ReadCase,
  { action, way }: DrillChoice,
  transitions: readonly TransitionRecord[],
): ReadyModel {
  const drill = { ...reading, way };
  return {
    instanceName: drill.instance.name,
    path: drill.file.path,
    sentences: describeNow(drill, transitions),
    actions: drillActions.map((one) => describeAction(one, { ...drill, way: 'priority' })),
    chosen: action && describeChosen(action, drill),
  };
}

function describeNow(drill: DrillCase, transitions: readonly TransitionRecord[]): string[] {
  const { instance, file, value } = drill;
  const addresses = getAddresses(instance);
  const { state, masterPriority, effectivePriority } = instance;
  const others = file.instanceNames.filter((name) => name !== instance.name);
  return [
    state === 'MASTER'
      ? `This server is the master and serves ${addresses}, with priority ${effectivePriority}.`
      : `This server does not serve ${addresses}: keepalived says ${state}, with priority ${effectivePriority}.`,
    masterPriority === undefined || state === 'MASTER'
      ? lastSign(instance.name, transitions)
      : `This server receives advertisements from the master, which has priority ${masterPriority}.`,
    describeLasting(drill, value),
    others.length > 0 ? `These instances move with it: ${others.join(', ')}.` : undefined,
  ].filter((sentence) => sentence !== undefined);
}

/** Transitions that the other server has caused: whoever stands by sends nothing. */
const peerReasons = new Set([
  'peer-gave-up',
  'preempted',
  'higher-priority',
  'same-priority',
  'peer-lost',
]);

function lastSign(instanceName: string, transitions: readonly TransitionRecord[]): string {
  const sign = transitions.find(
    ({ instance, reason }) => instance === instanceName && reason && peerReasons.has(reason.code),
  );
  const honest = 'Can’t see from here whether the other server is healthy';
  if (!sign?.reason) return `${honest}: a standby server sends nothing.`;
  return `${honest}. Its last sign in the history was at ${describeInstant(sign.atMs).text}: ${sign.reason.words}.`;
}

function describeAction(action: DrillAction, drill: DrillCase): ActionModel {
  const plan = planDrill(action, drill);
  return {
    action,
    label: labelOf(action, drill),
    possible: plan.possible,
    explanation: plan.possible ? (plan.sentences[0] ?? '') : plan.reason,
  };
}

function describeChosen(action: DrillAction, drill: DrillCase): ChosenModel {
  const plan = planDrill(action, drill);
  const label = labelOf(action, drill);
  const { way, instance } = drill;
  if (!plan.possible) {
    const nothing = { sentences: [], dangers: [], otherWay: undefined };
    return { action, label, way, reason: plan.reason, ...nothing };
  }
  const { sentences, dangers } = plan;
  const hasOtherWay = ['standby', 'maintenance'].includes(action) && dangers.length === 0;
  const query = new URLSearchParams({ instance: instance.name, action, way: 'fault' });
  const otherWay =
    hasOtherWay && instance.state === 'MASTER' ? `/drill?${query.toString()}` : undefined;
  return { action, label, way, sentences, dangers, reason: undefined, otherWay };
}

function labelOf(action: DrillAction, drill: DrillCase): string {
  const labels: Record<DrillAction, string> = {
    standby: 'Move to standby',
    'take-over': 'Take over',
    maintenance: 'Maintenance',
    end: isMaintenance(drill) ? 'End maintenance' : 'Back to normal',
  };
  return labels[action];
}

const isMaintenance = ({ value, file }: DrillCase): boolean =>
  value !== 0 && (value <= -254 || !file.addsToPriority);

/** What the next page says of a drill that was run, or not. */
export function describeOutcome({ kind, sentences }: DrillOutcome): Flash {
  const text = sentences.join(' ') || 'Done: this server has its normal priority.';
  return { tone: kind === 'done' ? 'good' : 'bad', text };
}
