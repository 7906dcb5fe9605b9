import { nothingForeseen } from '../../keepalived/foresight/foresight-result.ts';
import { seeConfiguration } from '../checks/configuration-seen.ts';
import type { ConfigurationSeen } from '../checks/configuration-seen.ts';
import { joinComment } from '../confirm/confirmed-change.ts';
import type { ConfirmedChanges } from '../confirm/confirmed-change.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { draftDrill, readDrill } from '../drill/read-drill.ts';
import { conflictWith } from '../live/conflict.ts';
import type { Operations } from '../operations.ts';
import type { ApplyOutcome } from '../outcomes.ts';
import { findKeptText } from '../versions/find-kept-text.ts';
import { planRestore } from '../versions/restore-version.ts';
import { draftDefaultRole, foreseeRole } from './default-roles.ts';
import type { DefaultRole } from './default-roles.ts';
import type { FormOrigin } from './form-origin.ts';
import { describeSettingsChange, draftInstanceSettings, foreseePlan } from './instance-settings.ts';

/** Saves whose text is made here, of one look at the files, and then applied like any other. */
export function createPlannedSaves({
  appliance,
  versions,
  confirmed,
}: Pick<ApplyDependencies, 'appliance' | 'versions'> & {
  confirmed: ConfirmedChanges;
}): Pick<Operations, 'setDefaultRole' | 'setInstanceSettings' | 'setUpDrill' | 'restoreVersion'> {
  const parts = { appliance, versions };
  const originOf = (tag: string | null): FormOrigin => ({
    tag,
    findText: (oldTag) => findKeptText(versions, 'live', oldTag),
  });
  const see = () => seeConfiguration(appliance, 'live');

  return {
    async setDefaultRole({ role, values, expectedTag, actor, ...consent }) {
      const seen = await see();
      const draft = (now: ConfigurationSeen) =>
        draftDefaultRole(parts, now, role, values, originOf(expectedTag));
      const plan = await draft(seen);
      const { newText: text, fileProblem } = plan;
      // Before anything is said of the values: they were typed for another file.
      if (fileProblem === undefined && plan.currentTag !== expectedTag) {
        const outcome = await conflictWith(seen.file, versions, actor.userName);
        return { plan: await foreseeRole(parts, seen, plan), outcome };
      }
      if (text === undefined) return { plan, outcome: undefined };
      const request = { fileId: 'live', text, expectedTag, actor, ...consent };
      const comment = joinComment(`Set Default ${titles[role]}`, consent.comment);
      const action = `default-${role}` as const;
      const outcome = await confirmed.apply({ ...request, action, comment }, seen);
      if (isSaved(outcome)) return { plan, outcome };
      const now = hasTouched(outcome) ? await see() : seen;
      return { plan: await foreseeRole(parts, now, await draft(now)), outcome };
    },
    async setInstanceSettings({ instanceName, given, expectedTag, actor, ...consent }) {
      const seen = await see();
      const draft = (now: ConfigurationSeen) =>
        draftInstanceSettings(appliance, now, instanceName, given, originOf(expectedTag));
      const plan = await draft(seen);
      if (!plan.ok) return { plan, outcome: undefined };
      // Likewise.
      if (plan.currentTag !== expectedTag) {
        const outcome = await conflictWith(seen.file, versions, actor.userName);
        return { plan: await foreseePlan(appliance, seen, plan), outcome };
      }
      const { newText: text } = plan;
      if (text === undefined || text === plan.currentText) return { plan, outcome: undefined };
      const request = { fileId: 'live', text, expectedTag, actor, ...consent };
      const comment = joinComment(describeSettingsChange(plan), consent.comment);
      const outcome = await confirmed.apply({ ...request, action: 'settings', comment }, seen);
      if (isSaved(outcome)) return { plan, outcome };
      const now = hasTouched(outcome) ? await see() : seen;
      return { plan: await foreseePlan(appliance, now, await draft(now)), outcome };
    },
    async setUpDrill({ instanceName, expectedTag, actor, ...consent }) {
      const seen = await see();
      const plan = await draftDrill(appliance, seen, instanceName);
      const failed = (message: string) => ({ plan, outcome: { kind: 'failed', message } as const });
      if (plan.kind === 'impossible') return failed(plan.reason);
      if (plan.kind === 'ready') return failed('It is already set up.');
      const { path, newText: text } = plan.setUp;
      // Whatever is left in it from an earlier time must not begin to count now.
      const written = await appliance.writeTrackFile(path, 0);
      if (!written.ok) return failed(written.message);
      const request = { fileId: 'live', text, expectedTag, actor, ...consent };
      const comment = joinComment(`Maintenance file of ${instanceName}`, consent.comment);
      const outcome = await confirmed.apply({ ...request, action: 'drill', comment }, seen);
      return { plan: isSaved(outcome) ? plan : await readDrill(appliance, instanceName), outcome };
    },
    async restoreVersion(request) {
      const { versionId, ...rest } = request;
      const version = await versions.read(versionId);
      if (!version) return { plan: undefined, outcome: undefined };
      const { text, record } = version;
      const { fileId, keptAtMs } = record;
      const seen = await seeConfiguration(appliance, fileId);
      const comment = joinComment(`As of ${new Date(keptAtMs).toISOString()}`, rest.comment);
      const outcome = await confirmed.apply(
        { ...rest, fileId, text, action: 'restore', comment },
        seen,
      );
      if (!isSaved(outcome)) return { plan: await planRestore(parts, versionId), outcome };
      return { plan: { version, current: seen.file, foresight: nothingForeseen }, outcome };
    },
  };
}

const isSaved = ({ kind }: ApplyOutcome): boolean => kind === 'live' || kind === 'saved';

/** Whether the files may be others than those that the save began with. */
const hasTouched = ({ kind }: ApplyOutcome): boolean =>
  kind === 'restored' || kind === 'restore-failed' || kind === 'conflict';

const titles: Record<DefaultRole, string> = { master: 'Master', backup: 'Backup' };
