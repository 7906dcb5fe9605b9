import type { RuntimeInstance } from '../proof/evidence.ts';
import type { ForeseenMovement } from './foresight-result.ts';
import { joinWords } from './words.ts';

/** What became of a foreseen movement. */
export interface MovementResult {
  asForeseen: boolean;
  sentence: string;
}

/** What the witnesses say of it: the kernel of the addresses, keepalived of its state. */
export interface MovementEvidence {
  /** From the reload until the addresses were seen where they were foreseen; undefined: never. */
  seenAfterMs: number | undefined;
  waitedMs: number;
  instance: RuntimeInstance | undefined;
}

/** Says what did happen. Both witnesses must agree before it is said to have happened. */
export function judgeMovement(
  { direction, addresses }: ForeseenMovement,
  { seenAfterMs, waitedMs, instance }: MovementEvidence,
): MovementResult {
  const what = joinWords(addresses);
  const says = instance ? `keepalived says ${instance.state}` : 'keepalived does not report it';
  const wantedState = direction === 'take' ? 'MASTER' : 'BACKUP';
  if (seenAfterMs === undefined) {
    const within = `within ${seconds(waitedMs)}`;
    const sentence =
      direction === 'lose' && instance?.state === 'MASTER'
        ? `${what} has not moved ${within}: this server still serves it.`
        : direction === 'take' && isPeerHeard(instance)
          ? `${what} has not moved here ${within}: the peer still holds it.`
          : `${what} has not moved ${within}: ${says}.`;
    return { asForeseen: false, sentence };
  }
  if (instance?.state !== wantedState) {
    const place = direction === 'take' ? 'is on this server now' : 'has left this server';
    return { asForeseen: false, sentence: `${what} ${place}, but ${says}.` };
  }
  const after = `after ${seconds(seenAfterMs)}`;
  if (direction === 'take') {
    return { asForeseen: true, sentence: `This server has taken ${what} ${after}.` };
  }
  return isPeerHeard(instance)
    ? { asForeseen: true, sentence: `The peer has taken ${what} ${after}.` }
    : {
        asForeseen: false,
        sentence: `This server has released ${what}, but receives nothing from a peer.`,
      };
}

const isPeerHeard = (instance: RuntimeInstance | undefined): boolean =>
  instance?.state === 'BACKUP' && instance.masterPriority !== undefined;

const seconds = (durationMs: number): string => `${(durationMs / 1_000).toFixed(1)} s`;
