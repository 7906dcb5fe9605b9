/**
 * The one way by which a configuration becomes live, whoever asks: check, compare, keep, install,
 * reload, prove, else restore. Whatever happens, the file on disk is the old or the new one, whole.
 */
import { createHash } from 'node:crypto';
import type { Appliance, ConfigurationFileContent } from '../appliance/appliance.ts';
import type { VersionRecord, VersionStore } from '../history/version-store.ts';
import type { Finding } from '../keepalived/finding.ts';
import type { Sighting } from '../keepalived/proof.ts';
import { readLiveConfiguration } from '../state/live-configuration.ts';
import type { StateKeeper } from '../state-keeper.ts';
import { checkConfiguration, hasFatal } from './check-configuration.ts';
import type { Actor, ApplyOutcome } from './outcomes.ts';
import { loadAndProve, look } from './prove-live.ts';
import { restoreConfiguration } from './restore-configuration.ts';
import type { Fallback } from './restore-configuration.ts';

export interface ApplyRequest {
  fileId: string;
  text: string;
  /** SHA-256 of what the caller read; null: the file did not exist. */
  expectedTag: string | null;
  actor: Actor;
  /** `edit`, `default-master`, `restore`, … for the history. */
  action: string;
  comment: string;
}

export interface ApplyParts {
  appliance: Appliance;
  keeper: StateKeeper;
  versions: VersionStore;
}

/** Checks, compares, keeps, installs, and makes live what the request brings. */
export async function applyConfiguration(
  parts: ApplyParts,
  request: ApplyRequest,
): Promise<ApplyOutcome> {
  const { appliance, versions } = parts;
  const { fileId } = request;
  const old = await appliance.readConfigurationFile(fileId);
  if (!old.ok && old.problem !== 'missing') return { kind: 'failed', message: old.message };
  if (tagOf(old) !== request.expectedTag) return conflict(old);

  const findings = await checkConfiguration(appliance, fileId, request.text);
  if (hasFatal(findings)) return refused(findings);
  const before = await look(appliance);
  if (old.ok) await keepIfUnknown(versions, old);
  const kept = await versions.keep({
    fileId,
    path: old.path,
    text: request.text,
    tag: createHash('sha256').update(request.text).digest('hex'),
    userName: request.actor.userName,
    action: request.action,
    comment: request.comment,
    outcome: 'pending',
  });
  const replacement = await appliance.replaceConfigurationFile(fileId, request);
  if (replacement.outcome === 'conflict') {
    return conflict(await appliance.readConfigurationFile(fileId));
  }
  if (replacement.outcome === 'failed') return { kind: 'failed', message: replacement.message };
  const { tag } = replacement;

  const reason = fileId.startsWith('stored-') ? 'stored-file' : 'daemon-stopped';
  if (reason === 'stored-file' || before.daemon.state !== 'running') {
    await versions.setOutcome(kept.id, 'saved');
    return { kind: 'saved', tag, findings, reason };
  }
  const fallback = old.ok ? { fileId, path: old.path, text: old.text } : undefined;
  return makeLive(parts, { tag, versionId: kept.id, findings, before, fallback });
}

/**
 * Makes the live file, as it is on disk, what keepalived runs: the check and the proof of a save
 * without its change. Goes back to the last version that was proved, if this one is not.
 */
export async function reloadConfiguration(parts: ApplyParts): Promise<ApplyOutcome> {
  const { appliance, versions } = parts;
  const current = await appliance.readConfigurationFile('live');
  if (!current.ok) return { kind: 'failed', message: current.message };
  const before = await look(appliance);
  if (before.daemon.state !== 'running') {
    return { kind: 'failed', message: 'keepalived is not running: start it instead.' };
  }
  const findings = await checkConfiguration(appliance, 'live', current.text);
  if (hasFatal(findings)) return refused(findings);
  const { id: versionId } = await keepIfUnknown(versions, current);
  return makeLive(parts, {
    tag: current.tag,
    versionId,
    findings,
    before,
    fallback: await findLastProved(versions, current.tag),
  });
}

async function makeLive(
  { appliance, keeper, versions }: ApplyParts,
  change: {
    tag: string;
    versionId: string;
    findings: Finding[];
    before: Sighting;
    fallback: Fallback | undefined;
  },
): Promise<ApplyOutcome> {
  const { tag, versionId, findings, before, fallback } = change;
  const installed = await readLiveConfiguration(appliance);
  const { failure, report } = installed.ok
    ? await loadAndProve(appliance, 'reload', before, installed.summary)
    : { failure: installed.reason, report: undefined };
  if (failure === undefined) {
    if (installed.ok) keeper.noteLoaded(installed.tag);
    await versions.setOutcome(versionId, 'live');
    return { kind: 'live', tag, findings, report };
  }
  await versions.setOutcome(versionId, 'restored');
  return { ...(await restoreConfiguration(appliance, fallback, tag, failure)), findings };
}

function refused(findings: Finding[]): ApplyOutcome {
  return {
    kind: 'refused',
    findings,
    message: 'Nothing was changed: keepalived would not run correctly with this file.',
  };
}

function conflict(current: ConfigurationFileContent): ApplyOutcome {
  return {
    kind: 'conflict',
    currentTag: tagOf(current),
    currentText: current.ok ? current.text : undefined,
    message: `${current.path} was changed by somebody else since you opened it. Nothing was overwritten.`,
  };
}

const tagOf = (content: ConfigurationFileContent): string | null =>
  content.ok ? content.tag : null;

/** Keeps what is on disk, unless the newest version kept of this file is the same. */
async function keepIfUnknown(
  versions: VersionStore,
  { id: fileId, path, text, tag }: ConfigurationFileContent & { ok: true },
): Promise<VersionRecord> {
  const [newest] = await versions.list(fileId);
  if (newest?.tag === tag) return newest;
  return versions.keep({
    fileId,
    path,
    text,
    tag,
    userName: undefined,
    action: 'outside',
    comment: 'changed outside of this page',
    outcome: 'outside',
  });
}

async function findLastProved(
  versions: VersionStore,
  currentTag: string,
): Promise<Fallback | undefined> {
  const proved = (await versions.list('live')).find(
    ({ outcome, tag }) => outcome === 'live' && tag !== currentTag,
  );
  const kept = proved && (await versions.read(proved.id));
  return kept && { fileId: 'live', path: kept.record.path, text: kept.text };
}
