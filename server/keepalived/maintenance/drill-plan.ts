/**
 * What each action of a drill writes into the maintenance file, and what will come of it. Measured
 * with keepalived 2.2.7: a number down to -253 lowers the priority, at most to 1, and the peer takes
 * over without a gap, if it preempts; -254 is a FAULT, told to the peer by priority 0.
 */
import { bareAddress } from '../addresses/addresses.ts';
import { ownerPriority } from '../addresses/owner-priority.ts';
import { masterDownIntervalMs, skewMs } from '../foresight/elections/timers.ts';
import { formatApproximateSeconds } from '../foresight/words.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';
import type { MaintenanceFile } from './maintenance-file.ts';

export const drillActions = ['standby', 'take-over', 'maintenance', 'end'] as const;
export type DrillAction = (typeof drillActions)[number];

/** How a server that serves steps down: `priority` never loses the address, but needs a preempting peer. */
export type DrillWay = 'priority' | 'fault';

export interface DrillStep {
  value: number;
  /** What becomes of the address; `optional`: or nothing, which is no failure. */
  movement: { direction: 'lose' | 'take'; withinMs: number; optional: boolean } | undefined;
}

export type DrillPlan =
  | { possible: false; reason: string }
  | {
      possible: true;
      steps: DrillStep[];
      /** What will happen. */
      sentences: string[];
      /** What must be accepted before; empty: nothing can be lost. */
      dangers: string[];
    };

export interface DrillCase {
  instance: RuntimeInstance;
  file: MaintenanceFile;
  /** The number in the file. */
  value: number;
  /** `preempt_delay` of this instance. */
  preemptDelaySeconds: number;
  way: DrillWay;
}

export const maintenanceValue = -254;
const stepDownValue = -253;
/** How much later than it is due a movement may be seen. */
const graceMs = 2_000;
/** No browser is kept waiting longer. */
const longestMs = 30_000;

/** What will be done, or why it cannot be. */
export function planDrill(action: DrillAction, drill: DrillCase): DrillPlan {
  const plan = planners[action](drill);
  if (!plan.possible) return plan;
  const waitMs = plan.steps.reduce((sum, { movement }) => sum + (movement?.withinMs ?? 0), 0);
  if (waitMs <= longestMs) return plan;
  return no(
    `With its advertisement interval and preempt_delay this would take up to ${formatApproximateSeconds(waitMs).replace('about ', '')}, longer than this page can wait.`,
  );
}

const no = (reason: string): DrillPlan => ({ possible: false, reason });

const planners: Record<DrillAction, (drill: DrillCase) => DrillPlan> = {
  standby: planStandby,
  'take-over': planTakeOver,
  maintenance: planMaintenance,
  end: planEnd,
};

function planStandby(drill: DrillCase): DrillPlan {
  const { instance, file } = drill;
  if (instance.state !== 'MASTER') return no('This server does not serve: it need not step down.');
  if (instance.basePriority === ownerPriority) {
    return no('A server of priority 255 takes the address back at once: use Maintenance.');
  }
  if (!file.addsToPriority && !instance.nopreempt) {
    return no(
      'This file can only cause a FAULT: its weight is 0, or keepalived ignores it because the instance is in a sync group. After a FAULT this server takes the address back: use Maintenance.',
    );
  }
  if (chooseWay(drill) === 'priority') return stepDown(drill, []);
  // With nopreempt the peer keeps it; else only a low priority leaves it there.
  return fail(drill, [{ value: instance.nopreempt ? 0 : stepDownValue, movement: undefined }]);
}

function planMaintenance(drill: DrillCase): DrillPlan {
  const { instance, value } = drill;
  if (value === maintenanceValue) return no('Maintenance is on already.');
  const held = { value: maintenanceValue, movement: undefined };
  if (instance.state !== 'MASTER') {
    return {
      possible: true,
      steps: [held],
      sentences: [`This server will not serve ${getAddresses(instance)} until you end it.`],
      dangers:
        instance.state === 'BACKUP' && instance.masterPriority === undefined
          ? [nobodyKnown(instance)]
          : [],
    };
  }
  return chooseWay(drill) === 'priority' ? stepDown(drill, [held]) : fail(drill, []);
}

/** Own `nopreempt` is taken for the peer's: a pair has it on both, or it does little. */
function chooseWay({ way, instance, file }: DrillCase): DrillWay {
  const isMoot = instance.nopreempt || instance.basePriority === ownerPriority;
  return isMoot || !file.addsToPriority ? 'fault' : way;
}

function stepDown({ instance }: DrillCase, next: DrillStep[]): DrillPlan {
  const takeMs = masterDownIntervalMs(instance, 1);
  const addresses = getAddresses(instance);
  return {
    possible: true,
    steps: [{ value: stepDownValue, movement: lose(takeMs) }, ...next],
    sentences: [
      `The priority of this server becomes 1. A peer that is healthy takes ${addresses} over in ${formatApproximateSeconds(takeMs)}, practically without a gap: until then this server serves on.`,
      'If no peer takes it, or nopreempt is set there, nothing moves, and this server goes back to its priority.',
    ],
    dangers: [],
  };
}

function fail({ instance }: DrillCase, next: DrillStep[]): DrillPlan {
  const takeMs = skewMs(instance, 0);
  const addresses = getAddresses(instance);
  return {
    possible: true,
    steps: [{ value: maintenanceValue, movement: lose(takeMs) }, ...next],
    sentences: [
      `This server releases ${addresses} at once and tells the peer, which takes over within ${formatApproximateSeconds(takeMs)}. Until then no server has it.`,
      'If no peer answers for it then, this server takes it back.',
    ],
    dangers: [nobodyKnown(instance)],
  };
}

function nobodyKnown(instance: RuntimeInstance): string {
  const outageMs =
    skewMs(instance, 0) + graceMs + masterDownIntervalMs(instance, instance.basePriority);
  const addresses = getAddresses(instance);
  return instance.state === 'MASTER'
    ? `No server is known to take ${addresses}: a standby server sends nothing, so it cannot be seen from here. If there is none, ${addresses} is not served for ${formatApproximateSeconds(outageMs)}.`
    : `No server is known to serve ${addresses}: no master sends advertisements here. If there is none, ${addresses} stays unserved until you end the maintenance.`;
}

function planTakeOver({ instance, file, value, preemptDelaySeconds }: DrillCase): DrillPlan {
  const { state, masterPriority, basePriority, effectivePriority } = instance;
  const addresses = getAddresses(instance);
  if (state === 'MASTER') return no('This server is the master already.');
  if (value === maintenanceValue) return no('This server is in maintenance: end that first.');
  if (state !== 'BACKUP') return no(`This server cannot serve: keepalived says ${state}.`);
  if (masterPriority === undefined) {
    return no(
      'No master sends advertisements here: this server takes over without help, or keepalived was asked too early.',
    );
  }
  if (instance.nopreempt) {
    return no(
      'nopreempt is set: this server does not take over, whatever its priority. Move the other server to standby instead.',
    );
  }
  if (masterPriority === ownerPriority) {
    return no(
      'The master has priority 255, which nothing exceeds. Move that server to standby instead.',
    );
  }
  // At a limit, what scripts and the like add cannot be told from it: then they are taken to add nothing.
  const isClipped = effectivePriority <= 1 || effectivePriority >= ownerPriority - 1;
  const others = isClipped ? 0 : effectivePriority - basePriority - value;
  const needed = Math.max(0, masterPriority + 1 - basePriority - others);
  if (basePriority + others + needed >= ownerPriority) {
    return no(
      `The master has priority ${masterPriority}, and none above it is left. Move that server to standby instead.`,
    );
  }
  if (needed > 0 && !file.addsToPriority) {
    return no(
      'In a sync group, and with weight 0, the file cannot raise the priority. Move the other server to standby instead.',
    );
  }
  const priority = basePriority + others + needed;
  const takeMs = masterDownIntervalMs(instance, priority) + preemptDelaySeconds * 1_000;
  return {
    possible: true,
    steps: [{ value: needed, movement: { ...lose(takeMs), direction: 'take' } }],
    sentences: [
      `The priority of this server becomes ${priority}, above the master’s ${masterPriority}: it takes ${addresses} over in ${formatApproximateSeconds(takeMs)}, practically without a gap.`,
      ...(needed > 0 ? ['It stays raised until you choose “Back to normal”.'] : []),
    ],
    dangers: [],
  };
}

function planEnd({ instance, value, preemptDelaySeconds }: DrillCase): DrillPlan {
  if (value === 0) return no('Already normal: this server has its normal priority.');
  const { state, nopreempt, basePriority } = instance;
  const addresses = getAddresses(instance);
  const takeMs = masterDownIntervalMs(instance, basePriority) + preemptDelaySeconds * 1_000;
  const step = (direction?: 'lose' | 'take'): DrillStep[] => [
    { value: 0, movement: direction && { ...lose(takeMs), direction, optional: true } },
  ];
  if (state === 'MASTER') {
    const sentence = `This server goes back to its normal priority: a peer of a higher one takes ${addresses} over in ${formatApproximateSeconds(takeMs)}, practically without a gap.`;
    return { possible: true, steps: step('lose'), sentences: [sentence], dangers: [] };
  }
  const sentence = nopreempt
    ? `This server is standby for ${addresses} again; with nopreempt the other one keeps it.`
    : `This server has its normal priority ${basePriority} again: if the other one’s is lower, it takes ${addresses} back in ${formatApproximateSeconds(takeMs)}, practically without a gap.`;
  return {
    possible: true,
    steps: nopreempt ? step() : step('take'),
    sentences: [sentence],
    dangers: [],
  };
}

const lose = (dueMs: number): NonNullable<DrillStep['movement']> => ({
  direction: 'lose',
  withinMs: dueMs + graceMs,
  optional: false,
});

export function getAddresses({ addresses }: RuntimeInstance): string {
  return addresses.map(({ cidr }) => bareAddress(cidr)).join(', ');
}
