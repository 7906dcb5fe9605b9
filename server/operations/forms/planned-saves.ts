import type { ConfirmedChanges, SaveConsent } from '../confirm/confirmed-change.ts';
import { readDrill } from '../drill/read-drill.ts';
import { conflictWith } from '../live/conflict.ts';
import type { Operations } from '../operations.ts';
import type { Actor, ApplyOutcome } from '../outcomes.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { findKeptText } from '../versions/find-kept-text.ts';
import { findRestoreChange, planRestore } from '../versions/restore-version.ts';
import { planDefaultRole } from './default-roles.ts';
import type { DefaultRole } from './default-roles.ts';
import type { FormOrigin } from './form-origin.ts';
import { describeSettingsChange, planInstanceSettings } from './instance-settings.ts';

/** What every form that saves sends beside its values. */
export interface FormSave extends SaveConsent {
  /** SHA-256 of the live file that was shown; null: there was none. */
  expectedTag: string | null;
  actor: Actor;
}

/** What a form that saves planned, and what became of it. */
export interface PlannedSave<Plan> {
  /** Where the save failed: as it would be planned now, with its foresight. */
  plan: Plan;
  /** Undefined: there was nothing to write, and the plan says why. */
  outcome: ApplyOutcome | undefined;
}

/** Saves whose text is made here: planned from what was asked, then applied like any other. */
export function createPlannedSaves({
  appliance,
  versions,
  confirmed,
}: Pick<ApplyDependencies, 'appliance' | 'versions'> & {
  confirmed: ConfirmedChanges;
}): Pick<Operations, 'setDefaultRole' | 'setInstanceSettings' | 'setUpDrill' | 'restoreVersion'> {
  const originOf = (tag: string | null): FormOrigin => ({
    tag,
    findText: (oldTag) => findKeptText(versions, 'live', oldTag),
  });
  const conflict = async (userName: string) =>
    conflictWith(await appliance.readConfigurationFile('live'), versions, userName);
  /** What is shown again compares with the file as it is after the attempt. */
  const replan = async <Plan>(
    plan: Plan,
    outcome: ApplyOutcome,
    planAgain: () => Promise<Plan>,
  ): Promise<PlannedSave<Plan> & { outcome: ApplyOutcome }> => {
    const isSaved = outcome.kind === 'live' || outcome.kind === 'saved';
    return { plan: isSaved ? plan : await planAgain(), outcome };
  };

  return {
    async setDefaultRole({ role, values, expectedTag, actor, ...consent }) {
      const planNow = () =>
        planDefaultRole({ appliance, versions }, role, values, originOf(expectedTag));
      const plan = await planNow();
      const { newText: text, fileProblem } = plan;
      // Before anything is said of the values: they were typed for another file.
      if (fileProblem === undefined && plan.currentTag !== expectedTag) {
        return { plan, outcome: await conflict(actor.userName) };
      }
      if (text === undefined) return { plan, outcome: undefined };
      const request = { fileId: 'live', text, expectedTag, actor, ...consent };
      const comment = `Set Default ${titles[role]}`;
      const outcome = await confirmed.apply({ ...request, action: `default-${role}`, comment });
      return replan(plan, outcome, planNow);
    },
    async setInstanceSettings({ instanceName, given, expectedTag, actor, ...consent }) {
      const planNow = () =>
        planInstanceSettings(appliance, instanceName, given, originOf(expectedTag));
      const plan = await planNow();
      if (!plan.ok) return { plan, outcome: undefined };
      // Likewise.
      if (plan.currentTag !== expectedTag) {
        return { plan, outcome: await conflict(actor.userName) };
      }
      const { newText: text } = plan;
      if (text === undefined || text === plan.currentText) return { plan, outcome: undefined };
      const request = { fileId: 'live', text, expectedTag, actor, ...consent };
      const comment = describeSettingsChange(plan);
      const outcome = await confirmed.apply({ ...request, action: 'settings', comment });
      return replan(plan, outcome, planNow);
    },
    async setUpDrill({ instanceName, expectedTag, actor, ...consent }) {
      const plan = await readDrill(appliance, instanceName);
      const failed = (message: string) => ({ plan, outcome: { kind: 'failed', message } as const });
      if (plan.kind === 'impossible') return failed(plan.reason);
      if (plan.kind === 'ready') return failed('It is already set up.');
      const { path, newText: text } = plan.setUp;
      // Whatever is left in it from an earlier time must not begin to count now.
      const written = await appliance.writeTrackFile(path, 0);
      if (!written.ok) return failed(written.message);
      const outcome = await confirmed.apply({
        ...{ fileId: 'live', text, expectedTag, actor, ...consent },
        ...{ action: 'drill', comment: `Maintenance file of ${instanceName}` },
      });
      return replan(plan, outcome, () => readDrill(appliance, instanceName));
    },
    async restoreVersion(request) {
      const planNow = () => planRestore({ appliance, versions }, request.versionId);
      const restore = await findRestoreChange({ versions }, request);
      if (!restore) return { plan: undefined, outcome: undefined };
      const outcome = await confirmed.apply(restore);
      return { plan: await planNow(), outcome };
    },
  };
}

const titles: Record<DefaultRole, string> = { master: 'Master', backup: 'Backup' };
