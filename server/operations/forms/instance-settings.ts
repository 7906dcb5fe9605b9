/** The settings form of one instance: the values that a manual makes people edit by hand. */
import type { Appliance } from '../../appliance/appliance.ts';
import { findHealthcheck } from '../../keepalived/config/questions.ts';
import type {
  ConfigurationSummary,
  ConfiguredInstance,
} from '../../keepalived/config/questions.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import { parseConfiguration } from '../../keepalived/language/tree.ts';
import type { ConfigurationTree } from '../../keepalived/language/tree.ts';
import type { NetworkInterface } from '../../keepalived/proof/evidence.ts';
import {
  editInstanceSettings,
  findUneditableFields,
} from '../../keepalived/settings/edit-instance-settings.ts';
import { judgeInstanceSettings, replaceByCurrent } from '../../keepalived/settings/field-rules.ts';
import {
  isSameSetting,
  readInstanceSettings,
} from '../../keepalived/settings/instance-settings.ts';
import type { SettingsMessage } from '../../keepalived/settings/instance-settings.ts';
import { rebaseSettings } from '../../keepalived/settings/rebase-settings.ts';
import type { ChangedSetting } from '../../keepalived/settings/rebase-settings.ts';
import { settingFields, settingIds } from '../../keepalived/settings/setting-fields.ts';
import type { InstanceSettings } from '../../keepalived/settings/setting-fields.ts';
import { seeConfiguration } from '../checks/configuration-seen.ts';
import type { ConfigurationSeen } from '../checks/configuration-seen.ts';
import { foreseeText } from '../checks/preview.ts';
import type { FormOrigin } from './form-origin.ts';

/** What became of a form whose file is another one by now. */
export interface ChangedMeanwhile {
  /** Of the file that the form was made from. */
  madeFrom: string | null;
  /**
   * The fields that its user did not change have the values of the file now. False: what the form
   * was made from is not kept, so that nobody knows which these are; all is as it was sent.
   */
  isRebased: boolean;
  /** What others changed; where it was not rebased, all that differs from the file now. */
  changes: ChangedSetting[];
}

export type InstanceSettingsPlan =
  | {
      ok: false;
      /** Why there is no form. */
      reason: string;
      instanceNames: string[];
    }
  | {
      ok: true;
      instanceNames: string[];
      instanceName: string;
      /**
       * As given; what was not given is read from the live file, and what the user of a form left
       * alone while others changed it.
       */
      values: InstanceSettings;
      /** As the live file has them. */
      current: InstanceSettings;
      version: 2 | 3;
      /** `virtual_ipaddress_excluded`, as written: what the form leaves as it is. */
      excludedAddresses: string[];
      initialState: 'MASTER' | 'BACKUP' | undefined;
      hasHealthcheck: boolean;
      interfaceNames: string[];
      /** What forbids the change, each beside its field. */
      problems: SettingsMessage[];
      /** What is allowed, but probably not meant. */
      warnings: SettingsMessage[];
      /** What only the editor can change in this file, and why. */
      uneditable: SettingsMessage[];
      currentText: string;
      currentTag: string;
      /** What would be written; undefined while something forbids it. */
      newText: string | undefined;
      /** What writing it would do; undefined while nothing would be written. */
      foresight: Foresight | undefined;
      /** undefined: the file is the one that the form was made from. */
      meanwhile: ChangedMeanwhile | undefined;
    };

/**
 * What the form would write, from the live file and these values; writes nothing.
 * @param wantedName undefined: the first instance
 * @param given what was typed
 * @param origin undefined: what was given is meant for the file as it is, whatever it says
 */
export async function planInstanceSettings(
  appliance: Appliance,
  wantedName: string | undefined,
  given: Partial<InstanceSettings>,
  origin?: FormOrigin,
): Promise<InstanceSettingsPlan> {
  const seen = await seeConfiguration(appliance, 'live');
  return foreseePlan(
    appliance,
    seen,
    await draftInstanceSettings(appliance, seen, wantedName, given, origin),
  );
}

/** Adds what writing the plan would do. */
export async function foreseePlan(
  appliance: Appliance,
  seen: ConfigurationSeen,
  plan: InstanceSettingsPlan,
): Promise<InstanceSettingsPlan> {
  if (!plan.ok || plan.newText === undefined || plan.newText === plan.currentText) return plan;
  return { ...plan, foresight: await foreseeText(appliance, seen, plan.newText) };
}

/** The plan without its foresight, which a save makes itself. */
export async function draftInstanceSettings(
  appliance: Appliance,
  { file: live, configurationId, now }: ConfigurationSeen,
  wantedName: string | undefined,
  given: Partial<InstanceSettings>,
  origin?: FormOrigin,
): Promise<InstanceSettingsPlan> {
  const network = await appliance.readNetwork();
  if (!live.ok) return { ok: false, reason: live.message, instanceNames: [] };
  const tree = parseConfiguration(live.text, { configurationId });
  // Only what stands in the live file is edited, but an include may set the values of it.
  const whole = now.summary;
  const summary = { ...whole, instances: whole.instances.filter(isIn(live.path)) };
  const instanceNames = summary.instances.map(({ name }) => name);
  const instance = summary.instances.find(({ name }) => name === (wantedName ?? instanceNames[0]));
  if (!instance) return { ok: false, reason: noInstance(wantedName, summary), instanceNames };

  const interfaces = network.ok ? network.interfaces.filter(({ name }) => name !== 'lo') : [];
  const place = {
    instanceName: instance.name,
    scriptName: findHealthcheck(summary, instance)?.scriptName,
    initialState: instance.initialState,
  };
  const current = readInstanceSettings(summary, instance);
  const uneditable = findUneditableFields(tree, place, current);
  const left = uneditable.map(({ field }) => [field, current[field]]);
  const form =
    origin === undefined || origin.tag === live.tag
      ? { given, meanwhile: undefined }
      : await carryOver(given, origin, { instanceName: instance.name, tree, current });
  const values = { ...current, ...form.given, ...(Object.fromEntries(left) as typeof given) };
  const verdict = judge(values, current, { instance, summary: whole, interfaces });
  const flawed = verdict.problems.map(({ field }) => field);
  // What is refused already need not be tried.
  const edited = editInstanceSettings(
    tree,
    place,
    current,
    replaceByCurrent(values, current, flawed),
  );
  const problems = [
    ...verdict.problems.filter((problem) => !uneditable.some((one) => one.field === problem.field)),
    ...edited.refusals.filter(
      (refusal) => !verdict.problems.some((one) => one.field === refusal.field),
    ),
  ];
  const newText = problems.length === 0 ? edited.text : undefined;
  return {
    ok: true,
    instanceNames,
    instanceName: instance.name,
    values,
    current,
    version: instance.version ?? 2,
    excludedAddresses: instance.addresses.flatMap(({ excluded, text }) => (excluded ? [text] : [])),
    initialState: instance.initialState,
    hasHealthcheck: place.scriptName !== undefined,
    interfaceNames: interfaces.map(({ name }) => name),
    problems,
    warnings: verdict.warnings,
    uneditable,
    currentText: live.text,
    currentTag: live.tag,
    newText,
    foresight: undefined,
    meanwhile: form.meanwhile,
  };
}

async function carryOver(
  given: Partial<InstanceSettings>,
  { tag, findText }: FormOrigin,
  now: { instanceName: string; tree: ConfigurationTree; current: InstanceSettings },
): Promise<{ given: Partial<InstanceSettings>; meanwhile: ChangedMeanwhile }> {
  const { instanceName, tree, current } = now;
  const baseText = tag === null ? undefined : await findText(tag);
  const rebased =
    baseText === undefined
      ? undefined
      : rebaseSettings(given, { instanceName, baseText, tree, current });
  if (rebased) {
    const { changes } = rebased;
    return { given: rebased.given, meanwhile: { madeFrom: tag, isRebased: true, changes } };
  }
  const changes = settingIds
    .filter((field) => given[field] !== undefined)
    .filter((field) => !isSameSetting(field, given[field], current[field]))
    .map((field) => ({ field, isDisputed: true }));
  return { given, meanwhile: { madeFrom: tag, isRebased: false, changes } };
}

const isIn =
  (file: string) =>
  ({ path }: ConfiguredInstance): boolean =>
    path === file;

function judge(
  values: InstanceSettings,
  current: InstanceSettings,
  {
    instance,
    summary,
    interfaces,
  }: {
    instance: ConfiguredInstance;
    summary: ConfigurationSummary;
    interfaces: NetworkInterface[];
  },
) {
  return judgeInstanceSettings(values, {
    instance,
    current,
    others: summary.instances.filter((other) => other !== instance),
    interfaces,
    hasHealthcheck: findHealthcheck(summary, instance) !== undefined,
  });
}

function noInstance(wantedName: string | undefined, { includes }: ConfigurationSummary): string {
  const missing =
    wantedName === undefined
      ? 'The configuration has no vrrp_instance'
      : `The configuration has no vrrp_instance “${wantedName}”`;
  return includes.length > 0
    ? `${missing} in the live file itself. Change an included file with the editor.`
    : `${missing}. Set a default first, or add one with the editor.`;
}

/** For the history: `Settings of VI_1: priority, virtual IPs`. */
export function describeSettingsChange({
  instanceName,
  values,
  current,
}: Extract<InstanceSettingsPlan, { ok: true }>): string {
  const changed = settingIds.filter(
    (field) => !isSameSetting(field, values[field], current[field]),
  );
  const names = changed.map((field) => settingFields[field].name);
  return `Settings of ${instanceName}: ${names.join(', ')}`;
}
