/** What a drill has shown, in sentences. */
import { getAddresses, maintenanceValue } from './drill-plan.ts';
import type { DrillCase, DrillStep } from './drill-plan.ts';

/** What was seen of the address; times in ms. */
interface SeenMovement {
  movedAfterMs: number | undefined;
  macAddress: string | undefined;
  awayAtMostMs: number | undefined;
  unseenReason?: string;
}

type Awaited = NonNullable<DrillStep['movement']>;

/** Of an address that did what it should, or was free not to. */
export function describeMovement(
  { instance }: Pick<DrillCase, 'instance'>,
  { direction, withinMs }: Awaited,
  { movedAfterMs, macAddress, awayAtMostMs, unseenReason }: SeenMovement,
): string {
  const addresses = getAddresses(instance);
  if (movedAfterMs === undefined && unseenReason !== undefined) {
    return `Can’t tell whether ${addresses} has moved: ${unseenReason}`;
  }
  if (movedAfterMs === undefined) {
    return `${addresses} has not moved within ${seconds(withinMs)}.`;
  }
  const away =
    awayAtMostMs === undefined
      ? 'how long it was away could not be seen from here'
      : `it was away for at most ${seconds(awayAtMostMs)}, as seen from here`;
  if (direction === 'take') {
    return `This server has taken ${addresses} after ${seconds(movedAfterMs)}; ${away}.`;
  }
  if (macAddress === undefined && unseenReason !== undefined) {
    return `${addresses} left this server after ${seconds(movedAfterMs)}, and keepalived receives from another master. Can’t tell who answers for it: ${unseenReason}`;
  }
  const where = macAddress === undefined ? 'The other server' : `The machine ${macAddress}`;
  return `${where} has taken ${addresses} after ${seconds(movedAfterMs)}; ${away}.`;
}

/**
 * Of a server that has its old number again.
 * @param seen what was seen of the address before that
 * @param back how its address came back; undefined: it was not seen to leave
 */
export function describeReturn(
  { instance }: Pick<DrillCase, 'instance'>,
  step: DrillStep & { movement: Awaited },
  { unseenReason }: SeenMovement,
  back: SeenMovement | undefined,
): string {
  const addresses = getAddresses(instance);
  const waited = seconds(step.movement.withinMs);
  if (unseenReason !== undefined) {
    return `Can’t tell whether ${addresses} moved within ${waited}, so this server has its old priority again. ${unseenReason} ${describeBack(addresses, back)}`;
  }
  if (step.movement.direction === 'take') {
    return `Nothing moved: this server did not take ${addresses} within ${waited}, and has its old priority again.`;
  }
  if (back === undefined) {
    return `Nothing moved: no other server took ${addresses} within ${waited}. Either none is healthy, or it does not preempt (nopreempt, preempt_delay). This server serves on with its old priority.`;
  }
  return back.movedAfterMs === undefined
    ? `No other server answered for ${addresses} within ${waited}, and this server does not have it again yet: look at its status.`
    : `Nobody else answered for ${addresses} within ${waited}: this server took it back, ${seconds(step.movement.withinMs + back.movedAfterMs)} after it had begun.`;
}

function describeBack(addresses: string, back: SeenMovement | undefined): string {
  return back?.movedAfterMs === undefined || back.unseenReason !== undefined
    ? `Look at its status, and who has ${addresses}.`
    : `It has ${addresses} again.`;
}

/** What lasts from now on, by the number in the file. */
export function describeLasting({ instance, file }: DrillCase, value: number): string | undefined {
  const addresses = getAddresses(instance);
  if (value === maintenanceValue || (value !== 0 && !file.addsToPriority)) {
    return `Maintenance is on: this server will not serve ${addresses} until you end it.`;
  }
  if (value < 0) {
    return `Its priority stays lowered by ${-value}: it serves ${addresses} only if nobody else does, until you choose “Back to normal”.`;
  }
  if (value > 0) {
    return `Its priority stays raised by ${value}, until you choose “Back to normal”.`;
  }
  return undefined;
}

const seconds = (durationMs: number): string =>
  `${(Math.ceil(durationMs / 100) / 10).toFixed(1)} s`;
