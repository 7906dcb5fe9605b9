import { describeNotRunning } from '../../../keepalived/proof/daemon-words.ts';
import type { KeepalivedStatus } from '../../../keepalived/status/status.ts';
import type { DefaultRoleValues } from '../../../operations/forms/default-role-values.ts';
import type { DefaultRole, DefaultRolePlan } from '../../../operations/forms/default-roles.ts';
import type { Meanwhile } from '../../change-form/change-frame.ts';

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

/** What the page has beside the change form. */
export interface DefaultRoleModel {
  configPath: string;
  /** The label of the button, which is the title of the page too. */
  title: string;
  fields: DefaultRoleField[];
  /** Why the file cannot be written at all. */
  problem: string | undefined;
  placeholder: boolean;
  /** There is a file, and all of it is replaced. */
  isReplaced: boolean;
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

/** The page with the values as they were prefilled or typed. */
export function describeDefaultRole(plan: DefaultRolePlan, configPath: string): DefaultRoleModel {
  const { fileProblem, placeholder } = plan;
  return {
    ...{ configPath, placeholder, problem: fileProblem },
    title: getTitle(plan.role),
    fields: listRoleFields(plan),
    isReplaced: plan.currentTag !== null,
  };
}

export function listRoleFields(plan: DefaultRolePlan): DefaultRoleField[] {
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
  return [
    field('virtualAddress'),
    field('interfaceName', interfaces.toSorted()),
    field('healthcheckUrl'),
  ];
}

/** undefined: the file is the one that the form was made from. */
export function describeRoleMeanwhile({
  role,
  values,
  meanwhile,
}: DefaultRolePlan): Meanwhile | undefined {
  if (!meanwhile) return undefined;
  const list = (fields: Partial<DefaultRoleValues>) =>
    (Object.entries(fields) as [keyof DefaultRoleValues, string][]).map(([field, now]) => ({
      label: explanations[field].label,
      ...{ now: wordsOf(now), here: wordsOf(values[field]) },
    }));
  return {
    sentence: `Someone changed the file while this form was open. ${getTitle(role)} replaces the whole file, including that change. See below what changes in the current file.`,
    changes: [
      ...list(meanwhile.refilled).map(
        ({ label, now }) =>
          `Someone changed ${label} to ${now} while this form was open. The form now shows ${now}.`,
      ),
      ...list(meanwhile.differing).map(
        ({ label, now, here }) => `The file now has ${now} for ${label}; this form has ${here}.`,
      ),
    ],
  };
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
