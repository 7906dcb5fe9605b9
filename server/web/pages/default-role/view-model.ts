import type { Foresight } from '../../../keepalived/foresight/foresight-result.ts';
import { describeNotRunning } from '../../../keepalived/proof/daemon-words.ts';
import type { KeepalivedStatus } from '../../../keepalived/status/status.ts';
import type { DefaultRoleValues } from '../../../operations/forms/default-role-values.ts';
import type { DefaultRole, DefaultRolePlan } from '../../../operations/forms/default-roles.ts';
import type { FailureNotice } from '../../view/change/apply-outcome.ts';
import type { FindingItem } from '../../view/change/findings.ts';
import { compareTexts } from '../../view/change/text-difference.ts';
import type { TextDifference } from '../../view/change/text-difference.ts';

export interface DefaultRoleField {
  name: keyof DefaultRoleValues;
  label: string;
  help: string;
  value: string;
  error: string | undefined;
  warning: string | undefined;
  /** For a field with a list to choose from. */
  choices: string[] | undefined;
}

export interface DefaultRoleModel {
  path: string;
  configPath: string;
  /** The label of the button, which is the title of the page too. */
  title: string;
  fields: DefaultRoleField[];
  tag: string;
  /** Why the file cannot be written at all. */
  fileProblem: string | undefined;
  placeholder: boolean;
  /** undefined: the values have errors: correct them first. */
  difference: TextDifference | undefined;
  /** undefined: the values have errors: correct them first. */
  foresight: Foresight | undefined;
  failure: FailureNotice | undefined;
  /** What the check says of a preview. */
  findings: FindingItem[];
  /** What is to be said of a live file that was changed while the form was open. */
  meanwhile: string[];
}

/** `Set Default Master` or `Set Default Backup`: the title and the button. */
export function getTitle(role: DefaultRole): string {
  return role === 'master' ? 'Set Default Master' : 'Set Default Backup';
}

const explanations = {
  virtualAddress: {
    label: 'Virtual IP',
    help: 'The address that both servers share, in CIDR form: 192.168.0.100/24.',
  },
  interfaceName: {
    label: 'Interface',
    help: 'The network interface that carries it; both servers must reach each other through theirs.',
  },
  healthcheckUrl: {
    label: 'Healthcheck URL',
    help: 'Requested regularly on this server. While it fails, this server does not serve.',
  },
} satisfies Record<keyof DefaultRoleValues, { label: string; help: string }>;

/** The page with its preview. */
export function describeDefaultRole(
  plan: DefaultRolePlan,
  configPath: string,
  {
    failure,
    findings = [],
  }: { failure?: FailureNotice | undefined; findings?: FindingItem[] } = {},
): DefaultRoleModel {
  const isRefused = [...findings, ...(failure?.findings ?? [])].some(
    ({ severity }) => severity === 'fatal',
  );
  const field = (name: keyof DefaultRoleValues, choices?: string[]): DefaultRoleField => ({
    name,
    ...explanations[name],
    value: plan.values[name],
    error: plan.problems.find((problem) => problem.field === name)?.message,
    warning: plan.warnings.find((warning) => warning.field === name)?.message,
    choices,
  });
  // An interface that does not exist must stay visible beside what is wrong with it.
  const interfaces = [...new Set([plan.values.interfaceName, ...plan.interfaceNames])];
  return {
    path: `/keepalived/default-${plan.role}`,
    configPath,
    title: getTitle(plan.role),
    fields: [
      field('virtualAddress'),
      field('interfaceName', interfaces.toSorted()),
      field('healthcheckUrl'),
    ],
    tag: plan.currentTag ?? '',
    fileProblem: plan.fileProblem,
    placeholder: plan.placeholder,
    difference:
      plan.newText === undefined ? undefined : compareTexts(plan.currentText ?? '', plan.newText),
    // What must be accepted stands in the failure then, once; what is refused does nothing.
    foresight: failure?.dangers.length || isRefused ? undefined : plan.foresight,
    failure,
    findings,
    meanwhile: describeMeanwhile(plan),
  };
}

function describeMeanwhile({ role, values, meanwhile }: DefaultRolePlan): string[] {
  if (!meanwhile) return [];
  const list = (fields: Partial<DefaultRoleValues>) =>
    (Object.entries(fields) as [keyof DefaultRoleValues, string][]).map(([field, now]) => ({
      label: explanations[field].label,
      ...{ now: wordsOf(now), here: wordsOf(values[field]) },
    }));
  return [
    `Someone changed the file while this form was open. ${getTitle(role)} replaces the whole file, including that change. See below what changes in the current file.`,
    ...list(meanwhile.refilled).map(
      ({ label, now }) =>
        `Someone changed ${label} to ${now} while this form was open. The form now shows ${now}.`,
    ),
    ...list(meanwhile.differing).map(
      ({ label, now, here }) => `The file now has ${now} for ${label}; this form has ${here}.`,
    ),
  ];
}

const wordsOf = (value: string): string => (value === '' ? 'empty' : value);

export interface DefaultRoleDoneModel {
  sentence: string;
  nextStep: string;
}

/** The confirmation after the change: which file, whether it runs, and what to do next. */
export function describeDone(
  role: DefaultRole,
  configPath: string,
  { daemon }: Pick<KeepalivedStatus, 'daemon'>,
): DefaultRoleDoneModel {
  const isRunning = daemon.state === 'running';
  return {
    sentence:
      `${configPath} now holds the default ${role} configuration. ` +
      (isRunning ? 'keepalived is running.' : describeNotRunning(daemon)),
    nextStep: isRunning
      ? 'Check on the Keepalived page that this server is in the state that you expect.'
      : 'Check the virtual IP, then click Start keepalived on the Keepalived page.',
  };
}
