/**
 * Moving an address on purpose, without stopping keepalived: a number is written into the maintenance
 * file, what comes of it is measured, and where it did not happen the old number is restored.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import { listPlaces } from '../../keepalived/addresses/address-places.ts';
import {
  findAskingInterface,
  findInstanceInterfaces,
} from '../../keepalived/addresses/instance-interfaces.ts';
import { masterDownIntervalMs } from '../../keepalived/foresight/elections/timers.ts';
import { planDrill } from '../../keepalived/maintenance/drill-plan.ts';
import type {
  DrillAction,
  DrillCase,
  DrillPlan,
  DrillStep,
  DrillWay,
} from '../../keepalived/maintenance/drill-plan.ts';
import {
  describeLasting,
  describeMovement,
  describeReturn,
} from '../../keepalived/maintenance/drill-words.ts';
import type { DrillDependencies } from '../dependencies.ts';
import { ignoreFullDisk } from '../live/change.ts';
import type { Actor } from '../outcomes.ts';
import { measureMovement } from './measure-movement.ts';
import type { Movement } from './measure-movement.ts';
import { readDrill } from './read-drill.ts';

export interface DrillRequest {
  instanceName: string;
  action: DrillAction;
  way: DrillWay;
  /** The dangers, word for word, that somebody has read and accepted. */
  acceptedDangers: readonly string[];
  actor: Actor;
}

export interface DrillOutcome {
  kind: 'done' | 'refused' | 'needs-acceptance' | 'restored' | 'failed';
  sentences: string[];
}

type AwaitedStep = DrillStep & { movement: NonNullable<DrillStep['movement']> };

/** How much later than it is due this server may have its address back. */
const graceMs = 2_000;
/** In this time keepalived has read a file that was written (measured: 10 ms). */
const noticeMs = 200;

/**
 * Runs a drill to its end, which may take up to half a minute. Call it alone.
 * @throws {UserError} `history-full`, `history-read-only`: it was not begun
 */
export async function runDrill(
  { appliance, runningDrill }: DrillDependencies,
  { instanceName, action, way, acceptedDangers }: DrillRequest,
): Promise<DrillOutcome> {
  const reading = await readDrill(appliance, instanceName);
  if (reading.kind === 'impossible') return { kind: 'refused', sentences: [reading.reason] };
  if (reading.kind === 'to-set-up') {
    return { kind: 'refused', sentences: ['Set up the maintenance file first.'] };
  }
  const drill = { ...reading.drill, way };
  const plan = planDrill(action, drill);
  if (!plan.possible) return { kind: 'refused', sentences: [plan.reason] };
  const unaccepted = plan.dangers.filter((danger) => !acceptedDangers.includes(danger));
  if (unaccepted.length > 0) return { kind: 'needs-acceptance', sentences: unaccepted };
  const { path } = drill.file;
  const lastValue = plan.steps.at(-1)?.value ?? drill.value;
  await runningDrill.set({ instanceName, path, oldValue: drill.value, lastValue });
  const outcome = await takeSteps(appliance, drill, plan);
  await runningDrill.set(undefined).catch(ignoreFullDisk);
  return outcome;
}

async function takeSteps(
  appliance: Appliance,
  drill: DrillCase,
  { steps }: Extract<DrillPlan, { possible: true }>,
): Promise<DrillOutcome> {
  const sentences: string[] = [];
  const write = (value: number) => appliance.writeTrackFile(drill.file.path, value);
  for (const step of steps) {
    const beganAtMs = performance.now();
    const written = await write(step.value);
    if (!written.ok) return { kind: 'failed', sentences: [...sentences, written.message] };
    if (!isAwaited(step)) {
      await sleep(noticeMs);
      continue;
    }
    const seen = await follow(appliance, drill, step.movement, beganAtMs);
    if (step.movement.optional || (await hasMoved(appliance, drill, step, seen))) {
      sentences.push(describeMovement(drill, step.movement, seen));
      continue;
    }
    const restored = await write(drill.value);
    if (!restored.ok) return { kind: 'failed', sentences: [...sentences, restored.message] };
    const back = seen.movedAfterMs === undefined ? undefined : await awaitReturn(appliance, drill);
    return { kind: 'restored', sentences: [...sentences, describeReturn(drill, step, seen, back)] };
  }
  const lasting = describeLasting(drill, steps.at(-1)?.value ?? drill.value);
  return { kind: 'done', sentences: lasting === undefined ? sentences : [...sentences, lasting] };
}

const isAwaited = (step: DrillStep): step is AwaitedStep => step.movement !== undefined;

async function follow(
  appliance: Appliance,
  { instance }: DrillCase,
  { direction, withinMs }: AwaitedStep['movement'],
  beganAtMs: number,
): Promise<Movement> {
  const network = await appliance.readNetwork();
  const interfaces = findInstanceInterfaces({ configured: undefined, running: instance, network });
  const [place = { interfaceName: instance.interfaceName, cidr: '' }] = listPlaces(instance);
  const askingInterface = findAskingInterface(place.interfaceName, interfaces, network);
  return measureMovement(appliance, {
    ...{ place, askingInterface, direction, withinMs, beganAtMs },
    wasHere: direction === 'lose' && instance.state === 'MASTER',
  });
}

/**
 * Where the network gave no answer, as for an address of another network than the interface's,
 * keepalived may still hear the new master.
 */
async function hasMoved(
  appliance: Appliance,
  { instance }: DrillCase,
  { movement }: AwaitedStep,
  { movedAfterMs, macAddress }: Movement,
): Promise<boolean> {
  if (movedAfterMs === undefined) return false;
  if (movement.direction === 'take' || macAddress !== undefined) return true;
  const runtime = await appliance.readRuntime();
  if (!runtime.ok) return false;
  const now = runtime.instances.find(({ name }) => name === instance.name);
  return now?.state === 'BACKUP' && now.masterPriority !== undefined;
}

function awaitReturn(appliance: Appliance, drill: DrillCase): Promise<Movement> {
  const { instance } = drill;
  const withinMs = masterDownIntervalMs(instance, instance.basePriority) + graceMs;
  const movement = { direction: 'take', withinMs, optional: true } as const;
  return follow(appliance, drill, movement, performance.now());
}
