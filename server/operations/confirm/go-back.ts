import type { Confirmation } from '../../history/pending-confirmation.ts';
import { UserError } from '../../shared/errors.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import type { ApplyRequest } from '../live/apply-request.ts';
import { findOldVersion } from '../live/kept-versions.ts';
import type { Actor, ApplyOutcome } from '../outcomes.ts';

/**
 * Puts the version before an unconfirmed change back, by the way of every change; never over what
 * somebody else wrote since.
 */
export async function goBack(
  parts: Pick<ApplyDependencies, 'versions'> & {
    apply: (request: ApplyRequest) => Promise<ApplyOutcome>;
  },
  { fileId, restoreVersionId, currentTag }: Confirmation,
  actor: Actor,
  comment: string,
): Promise<ApplyOutcome> {
  try {
    const old = await findOldVersion(parts.versions, restoreVersionId);
    if (!old) return { kind: 'failed', message: 'The previous version is no longer kept.' };
    const { text } = old;
    const action = 'go-back' as const;
    const request = { fileId, text, expectedTag: currentTag, actor, action, comment };
    const outcome = await parts.apply(request);
    if (outcome.kind !== 'needs-acceptance') return outcome;
    // Nobody is there to accept what going back does; it was all so before the change.
    const { dangers: acceptedDangers, addedCommands: confirmedCommands } = outcome;
    return await parts.apply({ ...request, acceptedDangers, confirmedCommands });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'failed', message: error.message };
  }
}
