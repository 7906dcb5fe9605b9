import type { Foresight } from '../../../keepalived/foresight/foresight-result.ts';
import type {
  SettingsField,
  SettingsMessage,
} from '../../../keepalived/settings/instance-settings.ts';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';
import type { FailureNotice } from '../../view/change/apply-outcome.ts';
import type { FindingItem } from '../../view/change/findings.ts';
import { compareTexts } from '../../view/change/text-difference.ts';
import type { TextDifference } from '../../view/change/text-difference.ts';
import { describeClusters } from './clusters.ts';
import type { ClusterRule } from './clusters.ts';
import { addFindings, linkToFields } from './field-findings.ts';
import type { FieldFinding } from './field-findings.ts';
import { fieldWords } from './field-words.ts';
import type { FieldWords } from './field-words.ts';
import { describeMeanwhile } from './meanwhile.ts';
import type { MeanwhileModel } from './meanwhile.ts';

export interface FieldModel extends FieldWords {
  name: SettingsField;
  kind: 'text' | 'lines' | 'password' | 'checkbox';
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
  /** undefined: the values must be put right first. */
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

function describeGroups(plan: Plan): FieldGroup[] {
  const field = (name: SettingsField, more: Partial<FieldModel> = {}) =>
    describeField(plan, name, more);
  const { interfaceName, authentication } = plan.values;
  // What does not exist, or is no longer offered, must stay visible beside what is wrong with it.
  const interfaces = [...new Set([interfaceName, ...plan.interfaceNames])].toSorted();
  // VRRP version 3 has no authentication.
  const offered = plan.version === 3 ? ['none'] : ['none', 'PASS'];
  const types = [...new Set([...offered, plan.current.authentication, authentication])];
  return [
    {
      title: 'The cluster',
      fields: [
        field('virtualAddresses', { kind: 'lines' }),
        field('interfaceName', { choices: interfaces }),
        field('virtualRouterId'),
        field('priority'),
        field('advertInterval'),
        field('authentication', { choices: types }),
        // Empty when it is read; what was typed must not get lost on the way to a second Save.
        field('password', { kind: 'password' }),
      ],
      note:
        plan.excludedAddresses.length === 0
          ? undefined
          : `The instance also has ${plan.excludedAddresses.join(', ')} (virtual_ipaddress_excluded): this form leaves them as they are, the editor changes them.`,
    },
    {
      title: 'The healthcheck',
      fields: plan.hasHealthcheck
        ? [field('healthcheckUrl'), field('healthcheckInterval'), field('fall'), field('rise')]
        : [],
      note: plan.hasHealthcheck
        ? undefined
        : 'No script in this file that the instance tracks asks a URL: add one with the editor.',
    },
    {
      title: 'How they take over',
      fields: [
        field('nopreempt', { kind: 'checkbox', checked: plan.values.nopreempt }),
        field('unicastPeers', { kind: 'lines' }),
      ],
      note: undefined,
    },
  ];
}

function describeField(plan: Plan, name: SettingsField, more: Partial<FieldModel>): FieldModel {
  const uneditable = messagesOf(plan.uneditable, name);
  const problems = messagesOf(plan.problems, name);
  const all = [...uneditable, ...problems];
  return {
    name,
    ...fieldWords[name],
    kind: 'text',
    value: String(plan.values[name]),
    checked: false,
    error: problems.length === 0 ? undefined : joinMessages(problems),
    warning: joinMessages([...uneditable, ...messagesOf(plan.warnings, name)]),
    note: undefined,
    choices: undefined,
    readOnly: uneditable.length > 0,
    editor: all.some(({ needsEditor }) => needsEditor) ? editorPath : undefined,
    ...more,
  };
}

const messagesOf = (messages: SettingsMessage[], name: SettingsField): SettingsMessage[] =>
  messages.filter(({ field }) => field === name);

const joinMessages = (messages: SettingsMessage[]): string | undefined =>
  messages.length === 0 ? undefined : messages.map(({ message }) => message).join(' ');
