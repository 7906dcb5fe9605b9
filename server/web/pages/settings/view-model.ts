import type { Foresight } from '../../../keepalived/foresight/foresight-result.ts';
import type { SettingsMessage } from '../../../keepalived/settings/instance-settings.ts';
import type { SettingControl, SettingsGroup } from '../../../keepalived/settings/setting-field.ts';
import { settingFields, settingIds } from '../../../keepalived/settings/setting-fields.ts';
import type { SettingsField } from '../../../keepalived/settings/setting-fields.ts';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';
import type { FailureNotice } from '../../view/change/apply-outcome.ts';
import type { FindingItem } from '../../view/change/findings.ts';
import { compareTexts } from '../../view/change/text-difference.ts';
import type { TextDifference } from '../../view/change/text-difference.ts';
import { describeClusters } from './clusters.ts';
import type { ClusterRule } from './clusters.ts';
import { addFindings, linkToFields } from './field-findings.ts';
import type { FieldFinding } from './field-findings.ts';
import { describeMeanwhile } from './meanwhile.ts';
import type { MeanwhileModel } from './meanwhile.ts';

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

export interface SettingsModel {
  configPath: string;
  instances: { name: string; selected: boolean }[];
  /** Why there is no form. */
  problem: string | undefined;
  form: SettingsForm | undefined;
}

export interface SettingsForm {
  instanceName: string;
  tag: string;
  groups: FieldGroup[];
  /** What was typed wrong, listed above the form; what the check says has a list of its own. */
  wrong: FieldModel[];
  /** What the check says of a preview. */
  findings: FieldFinding[];
  clusters: ClusterRule[];
  /** undefined: the values have errors: correct them first. */
  difference: TextDifference | undefined;
  foresight: Foresight | undefined;
  failure: SettingsFailure | undefined;
  meanwhile: MeanwhileModel | undefined;
}

/** What an answer adds to the form: of a save that failed, or of the check of a preview. */
interface Said {
  failure?: FailureNotice | undefined;
  findings?: readonly FindingItem[];
}

type SettingsFailure = Omit<FailureNotice, 'findings'> & { findings: FieldFinding[] };

const editorPath = '/keepalived/edit?file=live';

/** The page with the form as it was read or typed, and what it would change. */
export function describeSettings(
  plan: InstanceSettingsPlan,
  configPath: string,
  said: Said = {},
): SettingsModel {
  const chosen = plan.ok ? plan.instanceName : undefined;
  return {
    configPath,
    instances: plan.instanceNames.map((name) => ({ name, selected: name === chosen })),
    problem: plan.ok ? undefined : plan.reason,
    form: plan.ok ? describeForm(plan, said) : undefined,
  };
}

type Plan = Extract<InstanceSettingsPlan, { ok: true }>;

function describeForm(plan: Plan, { failure, findings = [] }: Said): SettingsForm {
  const { meanwhile, instanceName } = plan;
  const groups = describeGroups(plan);
  const fields = groups.flatMap((group) => group.fields);
  const shown = fields.map(({ name }) => name);
  const previewed = linkToFields(findings, instanceName, shown);
  const isRefused = [...findings, ...(failure?.findings ?? [])].some(
    ({ severity }) => severity === 'fatal',
  );
  const refused = linkToFields(failure?.findings ?? [], instanceName, shown);
  const mustAccept = failure !== undefined && failure.dangers.length > 0;
  return {
    instanceName,
    // A form that was not carried over stays one of its old file until somebody decides.
    tag: meanwhile && !meanwhile.isRebased ? (meanwhile.madeFrom ?? '') : plan.currentTag,
    groups: groups.map((group) => ({
      ...group,
      fields: group.fields.map((field) => addFindings(field, [...refused, ...previewed])),
    })),
    wrong: fields.filter(({ error }) => error !== undefined),
    findings: previewed,
    clusters: describeClusters(plan),
    difference:
      plan.newText === undefined ? undefined : compareTexts(plan.currentText, plan.newText),
    // What must be accepted stands in the failure then, once; what is refused does nothing.
    foresight: mustAccept || isRefused ? undefined : plan.foresight,
    failure: failure && { ...failure, findings: refused },
    meanwhile: describeMeanwhile(plan),
  };
}

const groupTitles: Record<SettingsGroup, string> = {
  cluster: 'The cluster',
  healthcheck: 'The healthcheck',
  takeover: 'Takeover',
};

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
