import { randomUUID } from 'node:crypto';
import type { TransactionIntent } from '../../history/journal.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { createTag } from '../../shared/tag.ts';
import type { ConfigurationFile } from '../../state/live-configuration.ts';
import type { Candidate, ConfigurationSeen } from '../checks/configuration-seen.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import type { Actor } from '../outcomes.ts';
import type { ApplyRequest } from './apply-request.ts';
import { ignoreFullDisk } from './change.ts';
import type { Change, ExpectedConfiguration } from './change.ts';
import { findTag } from './conflict.ts';
import { findLastProved, keepCurrent } from './kept-versions.ts';

/**
 * Keeps what is on disk and what is to be there, and opens the journal; nothing else is changed.
 * @param candidate the text, and what was seen of the files
 * @throws {UserError} `history-full`, `history-read-only`, `journal-unfinished`
 */
export async function beginChange(
  { versions, journal }: ApplyDependencies,
  request: ApplyRequest,
  candidate: Candidate,
  before: ProofEvidence,
): Promise<Change> {
  const { file: old, parts, now } = candidate.seen;
  const { fileId, text, action, comment } = request;
  const { userName, remoteAddress } = request.actor;
  const { path } = old;
  const newTag = createTag(text);
  const oldVersion = old.ok ? await keepCurrent(versions, old) : undefined;
  const kept = await versions.keep({
    ...{ fileId, path, text, tag: newTag },
    ...{ userName, remoteAddress, action, comment, outcome: 'pending' },
  });
  const intent = createIntent(before, {
    ...{ fileId, path, action, userName, remoteAddress, newTag, newVersionId: kept.id },
    ...{ oldTag: findTag(old), oldVersionId: oldVersion?.id ?? null },
  });
  try {
    return {
      intent,
      transaction: await journal.begin(intent),
      old: old.ok && oldVersion ? { id: oldVersion.id, tag: old.tag, text: old.text } : undefined,
      before,
      previous: parts[0]?.ok ? now.summary : undefined,
      expected: expectAfter(candidate, newTag),
      served: [],
    };
  } catch (error) {
    await versions.setOutcome(kept.id, 'failed').catch(ignoreFullDisk);
    throw error;
  }
}

/**
 * Opens the journal for a file that is in place already. What to go back to is the version that was
 * proved last; where that is this one, or there is none, the file stays.
 * @throws {UserError} as above
 */
export async function beginReload(
  { versions, journal }: ApplyDependencies,
  seen: ConfigurationSeen & { file: { ok: true } },
  before: ProofEvidence,
  actor: Actor,
): Promise<Change> {
  const { file: current, now, parts } = seen;
  const { id } = await keepCurrent(versions, current);
  const { text, tag, path } = current;
  const old = (await findLastProved(versions, tag)) ?? { id, tag, text };
  const intent = createIntent(before, {
    ...{ fileId: 'live', path, action: 'reload', ...actor, newTag: tag, newVersionId: id },
    ...{ oldTag: old.tag, oldVersionId: old.id },
  });
  const transaction = await journal.begin(intent);
  const expected = { tag, summary: now.summary, modifiedAtMs: findNewest(parts) };
  return { intent, transaction, old, before, previous: undefined, expected, served: [] };
}

/** Nothing of a stored file: nobody runs it. */
function expectAfter(
  { seen, whole }: Candidate,
  newTag: string,
): ExpectedConfiguration | undefined {
  const { file, parts } = seen;
  const [live] = parts;
  const tag = file.id === 'live' ? newTag : live?.ok ? live.tag : undefined;
  if (tag === undefined || file.id.startsWith('stored-')) return undefined;
  return { tag, summary: whole.summary, modifiedAtMs: findNewest(parts) };
}

const findNewest = (parts: readonly ConfigurationFile[]): number =>
  Math.max(0, ...parts.flatMap((part) => (part.ok ? [part.modifiedAtMs] : [])));

function createIntent(
  { daemon }: ProofEvidence,
  facts: Omit<TransactionIntent, 'id' | 'daemonPid' | 'startedAtMs'>,
): TransactionIntent {
  const daemonPid = daemon.state === 'running' ? daemon.pid : undefined;
  return { ...facts, id: randomUUID(), daemonPid, startedAtMs: Date.now() };
}
