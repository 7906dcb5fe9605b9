import type { SettingsMessage } from '../../../keepalived/settings/instance-settings.ts';
import type { SettingControl, SettingsGroup } from '../../../keepalived/settings/setting-field.ts';
import { settingFields, settingIds } from '../../../keepalived/settings/setting-fields.ts';
import type { SettingsField } from '../../../keepalived/settings/setting-fields.ts';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';
import type { FindingItem } from '../../view/change/findings.ts';
import { describeClusters } from './clusters.ts';
import type { ClusterRule } from './clusters.ts';
import { addFindings } from './field-findings.ts';

export interface FieldModel {
  name: SettingsField;
  label: string;
  help: string;
  kind: SettingControl['kind'];
  value: string;
  checked: boolean;
  error: string | undefined;
  warning: string | undefined;
  note: string | undefined;
  /** For a field with a list to choose from. */
  choices: string[] | undefined;
  /** Only the editor can change it. */
  readOnly: boolean;
  /** Where the editor is, for what the form refuses. */
  editor: string | undefined;
}

export interface FieldGroup {
  title: string;
  fields: FieldModel[];
  /** Why there are none. */
  note: string | undefined;
}

/** What the page has beside the change form. */
export interface SettingsModel {
  instances: { name: string; selected: boolean }[];
  /** Why there is no form. */
  problem: string | undefined;
  own: OwnFields | undefined;
}

interface OwnFields {
  instanceName: string;
  groups: FieldGroup[];
  clusters: ClusterRule[];
}

const editorPath = '/keepalived/edit?file=live';

/**
 * The page with the values as they were read or typed.
 * @param findings what the check says of them
 */
export function describeSettings(
  plan: InstanceSettingsPlan,
  findings: readonly FindingItem[] = [],
): SettingsModel {
  const chosen = plan.ok ? plan.instanceName : undefined;
  return {
    instances: plan.instanceNames.map((name) => ({ name, selected: name === chosen })),
    problem: plan.ok ? undefined : plan.reason,
    own: plan.ok ? describeOwnFields(plan, findings) : undefined,
  };
}

type Plan = Extract<InstanceSettingsPlan, { ok: true }>;

function describeOwnFields(plan: Plan, findings: readonly FindingItem[]): OwnFields {
  return {
    instanceName: plan.instanceName,
    groups: describeGroups(plan).map((group) => ({
      ...group,
      fields: group.fields.map((field) => addFindings(field, findings)),
    })),
    clusters: describeClusters(plan),
  };
}

const groupTitles: Record<SettingsGroup, string> = {
  cluster: 'The cluster',
  healthcheck: 'The healthcheck',
  takeover: 'Takeover',
};

/** The fields with what is wrong in what was typed, without what the check says. */
export const listSettingFields = (plan: Plan): FieldModel[] =>
  describeGroups(plan).flatMap(({ fields }) => fields);

function describeGroups(plan: Plan): FieldGroup[] {
  const notes: Record<SettingsGroup, string | undefined> = {
    cluster:
      plan.excludedAddresses.length === 0
        ? undefined
        : `The instance also has ${plan.excludedAddresses.join(', ')} (virtual_ipaddress_excluded). This form does not change them; the editor does.`,
    healthcheck: plan.hasHealthcheck
      ? undefined
      : 'The instance tracks no script of this file that requests a URL. Add one with the editor.',
    takeover: undefined,
  };
  const isShown = (group: SettingsGroup): boolean => group !== 'healthcheck' || plan.hasHealthcheck;
  return (Object.keys(groupTitles) as SettingsGroup[]).map((group) => ({
    title: groupTitles[group],
    fields: settingIds
      .filter((field) => settingFields[field].group === group && isShown(group))
      .map((field) => describeField(plan, field)),
    note: notes[group],
  }));
}

function describeField(plan: Plan, name: SettingsField): FieldModel {
  const { label, help, control } = settingFields[name];
  const uneditable = messagesOf(plan.uneditable, name);
  const problems = messagesOf(plan.problems, name);
  const all = [...uneditable, ...problems];
  // A password is empty when it is read; one that was typed stays for a second Save.
  const value = plan.values[name];
  return {
    name,
    label,
    help,
    kind: control.kind,
    value: String(value),
    checked: value === true,
    error: joinMessages(problems),
    warning: joinMessages([...uneditable, ...messagesOf(plan.warnings, name)]),
    note: undefined,
    choices: control.kind === 'select' ? choicesOf(plan, name, control.choices) : undefined,
    readOnly: uneditable.length > 0,
    editor: all.some(({ needsEditor }) => needsEditor) ? editorPath : undefined,
  };
}

type Choices = Extract<SettingControl, { kind: 'select' }>['choices'];

/** What does not exist, or is no longer offered, stays visible beside what is wrong with it. */
function choicesOf(plan: Plan, name: SettingsField, choices: Choices): string[] {
  const [current, value] = [String(plan.current[name]), String(plan.values[name])];
  switch (choices) {
    case 'interfaces':
      return [...new Set([value, ...plan.interfaceNames])].toSorted();
    case 'authentication-types': {
      // VRRP version 3 has no authentication.
      const offered = plan.version === 3 ? ['none'] : ['none', 'PASS'];
      return [...new Set([...offered, current, value])];
    }
  }
}

const messagesOf = (messages: SettingsMessage[], name: SettingsField): SettingsMessage[] =>
  messages.filter(({ field }) => field === name);

const joinMessages = (messages: SettingsMessage[]): string | undefined =>
  messages.length === 0 ? undefined : messages.map(({ message }) => message).join(' ');
