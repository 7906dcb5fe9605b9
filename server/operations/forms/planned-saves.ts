import type { ConfirmedChanges } from '../confirm/confirmed-change.ts';
import { readDrill } from '../drill/read-drill.ts';
import { conflictWith } from '../live/conflict.ts';
import type { Operations } from '../operations.ts';
import type { ApplyParts } from '../parts.ts';
import { planDefaultRole } from './default-roles.ts';
import type { DefaultRole } from './default-roles.ts';
import { describeSettingsChange, planInstanceSettings } from './instance-settings.ts';

/** Saves whose text is made here: planned anew from what was asked, then applied like any other. */
export function createPlannedSaves({
  appliance,
  versions,
  confirmed,
}: Pick<ApplyParts, 'appliance' | 'versions'> & {
  confirmed: ConfirmedChanges;
}): Pick<Operations, 'setDefaultRole' | 'setInstanceSettings' | 'setUpDrill'> {
  const setDefaultRole: Operations['setDefaultRole'] = async (
    role,
    values,
    expectedTag,
    actor,
    consent,
  ) => {
    const plan = await planDefaultRole({ appliance, versions }, role, values);
    const { newText: text, fileProblem, problems } = plan;
    // Before anything is said of the values: they were typed for another file.
    if (fileProblem === undefined && plan.currentTag !== expectedTag) {
      const current = await appliance.readConfigurationFile('live');
      return conflictWith(current, versions, actor.userName);
    }
    if (text === undefined) {
      const message = fileProblem ?? problems.map((problem) => problem.message).join(' ');
      return { kind: 'failed', message };
    }
    const request = { fileId: 'live', text, expectedTag, actor, ...consent };
    const comment = `Set Default ${titles[role]}`;
    return confirmed.apply({ ...request, action: `default-${role}`, comment });
  };
  const setInstanceSettings: Operations['setInstanceSettings'] = async (
    instanceName,
    given,
    expectedTag,
    actor,
    consent,
  ) => {
    const plan = await planInstanceSettings(appliance, instanceName, given);
    if (!plan.ok) return { kind: 'failed', message: plan.reason };
    // Likewise.
    if (plan.currentTag !== expectedTag) {
      const current = await appliance.readConfigurationFile('live');
      return conflictWith(current, versions, actor.userName);
    }
    const { newText: text, problems } = plan;
    if (text === undefined) {
      return { kind: 'failed', message: problems.map(({ message }) => message).join(' ') };
    }
    const request = { fileId: 'live', text, expectedTag, actor, ...consent };
    const comment = describeSettingsChange(plan);
    return confirmed.apply({ ...request, action: 'settings', comment });
  };
  const setUpDrill: Operations['setUpDrill'] = async (name, expectedTag, actor, consent) => {
    const reading = await readDrill(appliance, name);
    if (reading.kind === 'impossible') return { kind: 'failed', message: reading.reason };
    if (reading.kind === 'ready') return { kind: 'failed', message: 'It is set up already.' };
    const { path, newText: text } = reading.setUp;
    // Whatever is left in it from an earlier time must not begin to count now.
    const written = await appliance.writeTrackFile(path, 0);
    if (!written.ok) return { kind: 'failed', message: written.message };
    return confirmed.apply({
      ...{ fileId: 'live', text, expectedTag, actor, ...consent },
      ...{ action: 'drill', comment: `Maintenance file of ${name}` },
    });
  };
  return { setDefaultRole, setInstanceSettings, setUpDrill };
}

const titles: Record<DefaultRole, string> = { master: 'Master', backup: 'Backup' };
