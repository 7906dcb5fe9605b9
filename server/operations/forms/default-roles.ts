/** Set Default Master and Set Default Backup: a stored configuration with this machine's values. */
import {
  packagedDefaultConfiguration,
  placeholderVirtualAddress,
} from '../../keepalived/config/default-configurations.ts';
import {
  setHealthcheckUrl,
  setInstanceValue,
  setVirtualAddresses,
} from '../../keepalived/config/edit/edits.ts';
import type { EditResult } from '../../keepalived/config/edit/edits.ts';
import { findHealthcheck, summarizeConfiguration } from '../../keepalived/config/questions.ts';
import type { Foresight } from '../../keepalived/foresight/foresight-result.ts';
import { parseConfiguration } from '../../keepalived/language/tree.ts';
import type { ConfigurationTree } from '../../keepalived/language/tree.ts';
import { seeConfiguration } from '../checks/configuration-seen.ts';
import type { ConfigurationSeen } from '../checks/configuration-seen.ts';
import { foreseeText } from '../checks/preview.ts';
import type { ApplyDependencies } from '../dependencies.ts';
import { ignoreFullDisk } from '../live/change.ts';
import { programItself } from '../outcomes.ts';
import {
  findDefaultInterface,
  judgeValues,
  prefillValues,
  readValues,
} from './default-role-values.ts';
import type { DefaultRoleValues, FieldMessage } from './default-role-values.ts';
import type { FormOrigin } from './form-origin.ts';

export type DefaultRole = 'master' | 'backup';

export interface DefaultRolePlan {
  role: DefaultRole;
  /** As given; what was not given is prefilled. */
  values: DefaultRoleValues;
  /** The interfaces to choose from. */
  interfaceNames: string[];
  /** What forbids the change, each beside its field. */
  problems: FieldMessage[];
  /** What is allowed, but probably not meant. */
  warnings: FieldMessage[];
  /** What forbids the change and belongs to no field. */
  fileProblem: string | undefined;
  /** The live file now; undefined: it does not exist. */
  currentText: string | undefined;
  currentTag: string | null;
  /** What would be written; undefined while something forbids it. */
  newText: string | undefined;
  /** What writing it would do; undefined while nothing would be written. */
  foresight: Foresight | undefined;
  /** The virtual IP is still the placeholder. */
  placeholder: boolean;
  /** undefined: the live file is the one that the form was made from. */
  meanwhile: ValuesMeanwhile | undefined;
}

/** What became of a form whose live file is another one by now. */
export interface ValuesMeanwhile {
  /** What the form would be prefilled with now, where that is not what it says. */
  differing: Partial<DefaultRoleValues>;
  /** What its user left alone, now filled in from the current file. */
  refilled: Partial<DefaultRoleValues>;
}

/** What reading a stored configuration needs, which may have to be made first. */
type StoredDependencies = Pick<ApplyDependencies, 'appliance' | 'versions'>;

/**
 * Reads a stored configuration, which is created from the packaged one at its first use. Where the
 * folder cannot be written the packaged text serves, and the save itself will tell of the folder.
 */
export async function readStoredConfiguration(
  { appliance, versions }: StoredDependencies,
  role: DefaultRole,
): Promise<{ ok: true; text: string } | { ok: false; message: string }> {
  const id = `stored-${role}`;
  const stored = await appliance.readConfigurationFile(id);
  if (stored.ok || stored.problem !== 'missing') return stored;
  const [network, defaultRoutes, hostName] = await Promise.all([
    appliance.readNetwork(),
    appliance.readDefaultRoutes(),
    appliance.readHostName(),
  ]);
  // A guess would be written down, and be found there ever after.
  if (!network.ok) return { ok: false, message: describeUnseenNetwork(network.reason) };
  if (!defaultRoutes.ok) return { ok: false, message: describeUnseenNetwork(defaultRoutes.reason) };
  const interfaceName =
    findDefaultInterface(network.interfaces, defaultRoutes.interfaceNames) ?? 'eth0';
  const text = packagedDefaultConfiguration(role, { interfaceName, hostName });
  const written = await appliance.replaceConfigurationFile(id, { text, expectedTag: null });
  if (written.outcome === 'replaced') {
    const { tag } = written;
    const { userName } = programItself;
    await versions
      .keep({
        ...{ fileId: id, path: stored.path, text, tag, userName },
        ...{ action: 'packaged', comment: '', outcome: 'saved' },
      })
      // Then it is found and kept later, as anything else on the disk.
      .catch(ignoreFullDisk);
  }
  return { ok: true, text };
}

const describeUnseenNetwork = (reason: string): string =>
  `Can’t tell which network interfaces this server has: ${reason} Try again.`;

/**
 * What the button would write, from the stored configuration and these values; writes nothing live.
 * @param given the form's values; the others are prefilled from the stored file, then the live one
 * @param origin undefined: what was given is meant for the file as it is, whatever it says
 */
export async function planDefaultRole(
  parts: StoredDependencies,
  role: DefaultRole,
  given: Partial<DefaultRoleValues>,
  origin?: FormOrigin,
): Promise<DefaultRolePlan> {
  const seen = await seeConfiguration(parts.appliance, 'live');
  return foreseeRole(parts, seen, await draftDefaultRole(parts, seen, role, given, origin));
}

/** Adds what writing the plan would do. */
export async function foreseeRole(
  { appliance }: StoredDependencies,
  seen: ConfigurationSeen,
  plan: DefaultRolePlan,
): Promise<DefaultRolePlan> {
  if (plan.newText === undefined) return plan;
  return { ...plan, foresight: await foreseeText(appliance, seen, plan.newText) };
}

/** The plan without its foresight, which a save makes itself. */
export async function draftDefaultRole(
  parts: StoredDependencies,
  { file: live, configurationId }: ConfigurationSeen,
  role: DefaultRole,
  given: Partial<DefaultRoleValues>,
  origin?: FormOrigin,
): Promise<DefaultRolePlan> {
  const { appliance } = parts;
  const [stored, network, routes] = await Promise.all([
    readStoredConfiguration(parts, role),
    appliance.readNetwork(),
    appliance.readDefaultRoutes(),
  ]);
  const interfaces = network.ok ? network.interfaces.filter(({ name }) => name !== 'lo') : [];
  const options = { configurationId };
  const storedTree = parseConfiguration(stored.ok ? stored.text : '', options);
  const liveTree = parseConfiguration(live.ok ? live.text : '', options);
  const prefill = (tree: ConfigurationTree) =>
    prefillValues(storedTree, tree, interfaces, routes.ok ? routes.interfaceNames : []);
  const prefillFrom = (text: string) => prefill(parseConfiguration(text, options));
  const currentTag = live.ok ? live.tag : null;
  const meanwhile =
    origin === undefined || origin.tag === currentTag
      ? undefined
      : findRefilled(given, prefill(liveTree), await prefilledAt(origin, prefillFrom));
  const values = { ...prefill(liveTree), ...given, ...meanwhile?.refilled };
  const { problems, warnings } = judgeValues(values, interfaces, liveTree);
  const fileProblem = !stored.ok
    ? stored.message
    : !live.ok && live.problem !== 'missing'
      ? live.message
      : [network, routes]
          .map((report) => (report.ok ? undefined : describeUnseenNetwork(report.reason)))
          .find((problem) => problem !== undefined);
  // What is wrong beside a field is not said once more by what would write it.
  const edited = problems.length === 0 ? withValues(storedTree, values) : undefined;
  const newText = fileProblem === undefined && edited?.ok ? edited.text : undefined;
  return {
    role,
    values,
    interfaceNames: interfaces.map(({ name }) => name),
    problems,
    warnings,
    fileProblem: fileProblem ?? (edited === undefined || edited.ok ? undefined : edited.reason),
    currentText: live.ok ? live.text : undefined,
    currentTag,
    newText,
    foresight: undefined,
    placeholder: values.virtualAddress === placeholderVirtualAddress,
    meanwhile,
  };
}

/** What a form was prefilled with; undefined: the live file of then is not kept. */
async function prefilledAt(
  { tag, findText }: FormOrigin,
  prefillFrom: (liveText: string) => DefaultRoleValues,
): Promise<DefaultRoleValues | undefined> {
  // There was no live file then.
  const text = tag === null ? '' : await findText(tag);
  return text === undefined ? undefined : prefillFrom(text);
}

/** What its user did not change takes the value of now; else somebody's change would be undone. */
function findRefilled(
  given: Partial<DefaultRoleValues>,
  now: DefaultRoleValues,
  then: DefaultRoleValues | undefined,
): ValuesMeanwhile {
  const outdated = (Object.keys(now) as (keyof DefaultRoleValues)[]).filter(
    (field) => given[field] !== undefined && given[field] !== now[field],
  );
  const pick = (fields: (keyof DefaultRoleValues)[]): Partial<DefaultRoleValues> =>
    Object.fromEntries(fields.map((field) => [field, now[field]]));
  const isLeft = (field: keyof DefaultRoleValues): boolean => given[field] === then?.[field];
  return {
    refilled: pick(outdated.filter(isLeft)),
    // What only the user changed needs no word.
    differing: pick(outdated.filter((field) => !isLeft(field) && then?.[field] !== now[field])),
  };
}

/** The stored text with these values in it; what is the same already stays byte for byte. */
function withValues(stored: ConfigurationTree, values: DefaultRoleValues): EditResult {
  const summary = summarizeConfiguration(stored);
  const [instance] = summary.instances;
  if (!instance) {
    return {
      ok: false,
      reason: 'The stored configuration has no vrrp_instance. Add one on Edit Config Files first.',
    };
  }
  const { name } = instance;
  const now = readValues(stored);
  const healthcheck = findHealthcheck(summary, instance);
  const otherAddresses = instance.addresses.slice(1).map(({ text }) => text);

  const edits: ((tree: ConfigurationTree) => EditResult)[] = [];
  if (now.virtualAddress !== values.virtualAddress) {
    edits.push((tree) =>
      setVirtualAddresses(tree, name, [values.virtualAddress, ...otherAddresses], {
        keepsOptions: true,
      }),
    );
  }
  if (now.interfaceName !== values.interfaceName) {
    edits.push((tree) => setInstanceValue(tree, name, 'interface', values.interfaceName));
  }
  if (healthcheck && healthcheck.url !== values.healthcheckUrl) {
    edits.push((tree) => setHealthcheckUrl(tree, healthcheck.scriptName, values.healthcheckUrl));
  }
  return edits.reduce<EditResult>(
    (result, edit) => (result.ok ? edit(parseConfiguration(result.text, stored)) : result),
    { ok: true, text: stored.text },
  );
}
