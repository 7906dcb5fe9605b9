import type { InstanceSettings } from '../../../keepalived/settings/setting-fields.ts';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { ChangeFrame } from '../../change-form/change-frame.ts';
import type { ChangePage } from '../../change-form/change-page.ts';
import { linkFindings } from './field-findings.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { describeSettings, listSettingFields } from './view-model.ts';

export const settingsPath = '/keepalived/settings';

/** Whose settings, and what was typed; without a name, those of the first instance. */
export interface SettingsForm extends Partial<InstanceSettings> {
  instance?: string | undefined;
}

/** The settings of one instance of the live file. */
export function createSettingsPage(
  agent: AgentCalls,
  configPath: string,
): ChangePage<SettingsForm, InstanceSettingsPlan> {
  return {
    plan: ({ instance, ...given }, { madeFrom }) =>
      agent.planInstanceSettings({ instanceName: instance, given, madeFrom }),
    frame: (plan) => (plan.ok ? frameSettings(plan, configPath) : undefined),
    problemOf: (plan) => (plan.ok ? undefined : plan.reason),
    show: (reply, plan, { change, findings }) =>
      reply.page(
        'settings',
        { title: 'Settings' },
        { ...describeSettings(plan, findings), change },
      ),
    linkFindings: (findings, plan) =>
      plan.ok
        ? linkFindings(
            findings,
            plan.instanceName,
            listSettingFields(plan).map(({ name }) => name),
          )
        : [...findings],
    async save({ instance: instanceName = '', ...given }, request) {
      const saved = await agent.setInstanceSettings({ ...request, instanceName, given });
      return { ...saved, path: configPath };
    },
    nextPath: ({ instance = '' }) => urlOf(instance),
  };
}

const urlOf = (instance: string): string =>
  `${settingsPath}?instance=${encodeURIComponent(instance)}`;

function frameSettings(
  plan: Extract<InstanceSettingsPlan, { ok: true }>,
  configPath: string,
): ChangeFrame {
  const { instanceName, currentText, currentTag, newText, foresight } = plan;
  const isUndecided = plan.meanwhile !== undefined && !plan.meanwhile.isRebased;
  const meanwhile = describeMeanwhile(plan);
  return {
    ...{
      fileId: 'live',
      path: configPath,
      action: settingsPath,
      hidden: { instance: instanceName },
    },
    ...{ currentText, currentTag },
    // A form that was not carried over stays one of its old file until somebody decides.
    ...(isUndecided && { keptTag: plan.meanwhile?.madeFrom ?? null }),
    ...{ newText, isBlocked: newText === undefined, foresight },
    errors: listSettingFields(plan).filter(({ error }) => error !== undefined),
    // What the file says already is not what a save would be refused for.
    isChecked: newText !== currentText,
    save: isUndecided
      ? { label: 'Save mine over it', isDangerous: true, overwrite: currentTag }
      : { label: 'Save' },
    back: { href: '/keepalived', label: 'Cancel and return to Keepalived' },
    ...(meanwhile && {
      meanwhile: {
        ...meanwhile,
        ...(isUndecided && {
          reopen: { href: urlOf(instanceName), label: 'Open the settings again' },
        }),
      },
    }),
  };
}
