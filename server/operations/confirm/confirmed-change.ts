/**
 * Changes that go back by themselves unless somebody confirms them by a new request: somebody who
 * cut themselves off with one cannot undo it.
 */
import type { ConfigurationFileContent } from '../../appliance/appliance.ts';
import type { KeptRecord } from '../../history/kept-record.ts';
import type { Confirmation } from '../../history/pending-confirmation.ts';
import type { Clock } from '../../shared/clock.ts';
import { UserError } from '../../shared/errors.ts';
import type { Mutex } from '../../shared/mutex.ts';
import { createTag } from '../../shared/tag.ts';
import type { StateKeeper } from '../../state/state-keeper.ts';
import { seeConfiguration } from '../checks/configuration-seen.ts';
import type { ConfigurationSeen } from '../checks/configuration-seen.ts';
import type { Consent } from '../checks/foresee-apply.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import type { ApplyRequest } from '../live/apply-request.ts';
import { ignoreFullDisk } from '../live/change.ts';
import { findTag } from '../live/conflict.ts';
import { keepCurrent } from '../live/kept-versions.ts';
import { hasLoaded, programItself } from '../outcomes.ts';
import type { Actor, ApplyOutcome } from '../outcomes.ts';
import { goBack } from './go-back.ts';

/** What a save consents to, and whether it is to stay. */
export interface SaveConsent extends Consent {
  /** Go back unless somebody confirms the change within this time, once keepalived runs with it. */
  confirmWithinSeconds?: number | undefined;
}

export interface ConfirmableRequest extends ApplyRequest, SaveConsent {}

/** What the history says of a save: what was done, then what it is for. */
export const joinComment = (what: string, comment = ''): string =>
  comment === '' ? what : `${what}. ${comment}`;

/** A change that somebody has to confirm. */
export interface WaitingChange {
  path: string;
  /** SHA-256 of the file that waits; tells this change from a later one. */
  tag: string;
  remainingMs: number;
}

export interface ConfirmedChanges {
  /** A change like any other, refused while one waits. Call it, as all of these, alone. */
  apply(request: ConfirmableRequest, handed?: ConfigurationSeen): Promise<ApplyOutcome>;
  find(): WaitingChange | undefined;
  /**
   * @returns false: no such change waits (any more).
   * @throws {UserError} `history-full`, `history-read-only`; the change waits on then.
   */
  confirm(tag: string): Promise<boolean>;
  /** Goes back at once; undefined: no such change waits (any more). */
  undo(tag: string, actor: Actor): Promise<ApplyOutcome | undefined>;
  /** After a restart: waits on for what is left of the time, or goes back. */
  resume(): Promise<void>;
  close(): void;
}

export interface ConfirmedChangesDependencies extends Pick<
  ApplyDependencies,
  'appliance' | 'versions' | 'notices'
> {
  keeper: Pick<StateKeeper, 'noteAction'>;
  confirmations: KeptRecord<Confirmation>;
  clock: Clock;
  exclusive: Mutex;
  apply: (request: ApplyRequest, handed?: ConfigurationSeen) => Promise<ApplyOutcome>;
  /** Told of what failed at the deadline, where nobody awaits it. */
  onProblem: (error: unknown) => void;
}

/** No wall clock that was set back makes anybody wait longer. */
const longestMs = 600_000;

/**
 * Time runs on the monotonic clock within one process, and on the wall clock over a restart. What
 * waits is on the disk before the file is changed: a crash between must not make it permanent.
 */
export function createConfirmedChanges(parts: ConfirmedChangesDependencies): ConfirmedChanges {
  const {
    appliance,
    keeper,
    versions,
    notices,
    confirmations,
    clock,
    exclusive,
    apply,
    onProblem,
  } = parts;
  let waiting:
    | { confirmation: Confirmation; path: string; deadlineMs: number; timer: NodeJS.Timeout }
    | undefined;

  const isWaiting = (tag: string) => waiting?.confirmation.currentTag === tag;

  function wait(confirmation: Confirmation, path: string, forMs: number): void {
    const timer = setTimeout(() => {
      exclusive(() => expire(confirmation)).catch(onProblem);
    }, forMs).unref();
    waiting = { confirmation, path, timer, deadlineMs: clock.monotonicMs() + forMs };
  }

  function stopWaiting(): void {
    clearTimeout(waiting?.timer);
    waiting = undefined;
  }

  /** What cannot be written waits on, as it would after a restart. */
  async function forget(): Promise<void> {
    await confirmations.set(undefined);
    stopWaiting();
  }

  async function takeBack(confirmation: Confirmation, actor: Actor, comment: string) {
    const outcome = await goBack({ versions, apply }, confirmation, actor, comment);
    // Also if that failed: it is tried once, and told.
    stopWaiting();
    await confirmations.set(undefined).catch(ignoreFullDisk);
    return outcome;
  }

  async function expire(confirmation: Confirmation): Promise<void> {
    if (!isWaiting(confirmation.currentTag)) return;
    const path = waiting?.path ?? '';
    const comment = 'Nobody confirmed the change in time';
    const beganAtMs = clock.monotonicMs();
    const outcome = await takeBack(confirmation, programItself, comment);
    const durationMs = clock.monotonicMs() - beganAtMs;
    if (hasLoaded(outcome)) keeper.noteAction({ what: 'going-back', ...programItself, durationMs });
    const isBack = outcome.kind === 'live' || outcome.kind === 'saved';
    await (isBack
      ? notices.add(
          'info',
          `The change to ${path} was not confirmed in time. The previous version is active again.`,
        )
      : notices.add(
          'critical',
          `The change to ${path} was not confirmed in time, but it was not rolled back. ${outcome.message}`,
        ));
  }

  /** Undefined: there is nothing to go back to, or it will come to nothing. */
  async function prepare(request: ApplyRequest, current: ConfigurationFileContent, forMs: number) {
    const currentTag = createTag(request.text);
    const isChange = current.ok && current.tag === request.expectedTag;
    if (!isChange || current.tag === currentTag) return undefined;
    const { id: restoreVersionId } = await keepCurrent(versions, current);
    const { fileId } = request;
    const confirmation = { fileId, restoreVersionId, currentTag, deadlineAtMs: endsAt(forMs) };
    await confirmations.set(confirmation);
    return confirmation;
  }

  const endsAt = (forMs: number) => clock.wallMs() + forMs;

  return {
    async apply({ confirmWithinSeconds, ...request }, handed) {
      if (waiting) return refuse(waiting.path);
      if (confirmWithinSeconds === undefined) return apply(request, handed);
      const forMs = Math.min(confirmWithinSeconds * 1000, longestMs);
      const seen = handed ?? (await seeConfiguration(appliance, request.fileId));
      const { file: current } = seen;
      let confirmation: Confirmation | undefined;
      try {
        confirmation = await prepare(request, current, forMs);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { kind: 'failed', message: `${error.message} The configuration was not changed.` };
      }
      const outcome = await apply(request, seen);
      if (!confirmation) return outcome;
      if (outcome.kind === 'live') {
        wait(confirmation, current.path, forMs);
        // The time of the proof is nobody's fault; if this is not written, it counts after a restart.
        const deadlineAtMs = endsAt(forMs);
        await confirmations.set({ ...confirmation, deadlineAtMs }).catch(ignoreFullDisk);
      } else {
        await confirmations.set(undefined).catch(ignoreFullDisk);
      }
      return outcome;
    },
    find() {
      if (!waiting) return undefined;
      const { confirmation, path, deadlineMs } = waiting;
      const remainingMs = Math.max(0, deadlineMs - clock.monotonicMs());
      return { path, tag: confirmation.currentTag, remainingMs };
    },
    async confirm(tag) {
      if (!isWaiting(tag)) return false;
      await forget();
      return true;
    },
    async undo(tag, actor) {
      if (!waiting || !isWaiting(tag)) return undefined;
      return takeBack(waiting.confirmation, actor, 'Rolled back instead of confirming the change');
    },
    async resume() {
      try {
        const confirmation = await confirmations.find();
        if (!confirmation) return;
        const current = await appliance.readConfigurationFile(confirmation.fileId);
        if (findTag(current) !== confirmation.currentTag) {
          // It came to nothing, or somebody has moved on.
          await forget();
          return;
        }
        const leftMs = Math.min(confirmation.deadlineAtMs - clock.wallMs(), longestMs);
        wait(confirmation, current.path, Math.max(0, leftMs));
        if (leftMs <= 0) await expire(confirmation);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        await notices.add('critical', error.message);
      }
    },
    close: stopWaiting,
  };
}

function refuse(path: string): ApplyOutcome {
  return {
    kind: 'awaiting-confirmation',
    message: `A change to ${path} is still waiting for confirmation. Keep it or roll it back first, then save this.`,
  };
}
