/** Set Default Master and Set Default Backup: a stored configuration with this machine's values. */
import type { Appliance } from '../appliance/appliance.ts';
import { validateVirtualAddress } from '../keepalived/addresses.ts';
import {
  packagedDefaultConfiguration,
  placeholderVirtualAddress,
} from '../keepalived/config/default-configurations.ts';
import {
  setHealthcheckUrl,
  setInstanceValue,
  setVirtualAddresses,
} from '../keepalived/config/edits.ts';
import type { EditResult } from '../keepalived/config/edits.ts';
import { findHealthcheck, summarizeConfiguration } from '../keepalived/config/questions.ts';
import { parseConfiguration, printConfiguration } from '../keepalived/config/tree.ts';
import type { ConfigurationTree } from '../keepalived/config/tree.ts';
import type { NetworkInterface } from '../keepalived/evidence.ts';

export type DefaultRole = 'master' | 'backup';

export interface DefaultRoleValues {
  /** In CIDR form: `192.168.0.100/24`. */
  virtualAddress: string;
  interfaceName: string;
  healthcheckUrl: string;
}

type Field = keyof DefaultRoleValues;

export interface DefaultRolePlan {
  role: DefaultRole;
  /** As given; what was not given is prefilled. */
  values: DefaultRoleValues;
  /** The interfaces to choose from. */
  interfaceNames: string[];
  /** What forbids the change, each beside its field. */
  problems: { field: Field; message: string }[];
  /** What is allowed, but probably not meant. */
  warnings: { field: Field; message: string }[];
  /** What forbids the change and belongs to no field. */
  fileProblem: string | undefined;
  /** The live file now; undefined: it does not exist. */
  currentText: string | undefined;
  currentTag: string | null;
  /** What would be written; undefined while something forbids it. */
  newText: string | undefined;
  /** The virtual IP is still the placeholder. */
  placeholder: boolean;
}

/**
 * Reads a stored configuration, which is created from the packaged one at its first use. Where the
 * folder cannot be written the packaged text serves, and the save itself will tell of the folder.
 */
export async function readStoredConfiguration(
  appliance: Appliance,
  role: DefaultRole,
): Promise<{ ok: true; text: string } | { ok: false; message: string }> {
  const id = `stored-${role}`;
  const stored = await appliance.readConfigurationFile(id);
  if (stored.ok || stored.problem !== 'missing') return stored;
  const network = await appliance.readNetwork();
  const interfaceName = findDefaultInterface(network.ok ? network.interfaces : []) ?? 'eth0';
  const text = packagedDefaultConfiguration(role, { interfaceName });
  await appliance.replaceConfigurationFile(id, { text, expectedTag: null });
  return { ok: true, text };
}

/**
 * What the button would write, from the stored configuration and these values; writes nothing live.
 * @param given the form's values; the others are prefilled from the stored file, then the live one
 */
export async function planDefaultRole(
  appliance: Appliance,
  role: DefaultRole,
  given: Partial<DefaultRoleValues>,
): Promise<DefaultRolePlan> {
  const [stored, live, network] = await Promise.all([
    readStoredConfiguration(appliance, role),
    appliance.readConfigurationFile('live'),
    appliance.readNetwork(),
  ]);
  const interfaces = network.ok ? network.interfaces.filter(({ name }) => name !== 'lo') : [];
  const storedTree = parseConfiguration(stored.ok ? stored.text : '');
  const prefilled = prefill(storedTree, parseConfiguration(live.ok ? live.text : ''), interfaces);
  const values = { ...prefilled, ...given };
  const { problems, warnings } = judgeValues(values, interfaces);
  const fileProblem = !stored.ok
    ? stored.message
    : !live.ok && live.problem !== 'missing'
      ? live.message
      : undefined;
  const edited = withValues(storedTree, values);
  return {
    role,
    values,
    interfaceNames: interfaces.map(({ name }) => name),
    problems,
    warnings,
    fileProblem: fileProblem ?? (edited.ok ? undefined : edited.reason),
    currentText: live.ok ? live.text : undefined,
    currentTag: live.ok ? live.tag : null,
    newText:
      problems.length === 0 && fileProblem === undefined && edited.ok ? edited.text : undefined,
    placeholder: values.virtualAddress === placeholderVirtualAddress,
  };
}

/** The one with the default route, else the first that is up with an IPv4 address. */
function findDefaultInterface(interfaces: NetworkInterface[]): string | undefined {
  const candidates = interfaces.filter(({ name }) => name !== 'lo');
  const chosen =
    candidates.find(({ hasDefaultRoute }) => hasDefaultRoute) ??
    candidates.find(({ up, addresses }) => up && addresses.some(({ family }) => family === 'inet'));
  return chosen?.name;
}

/** The stored file's values; where they do not fit this machine or are placeholders, better ones. */
function prefill(
  stored: ConfigurationTree,
  live: ConfigurationTree,
  interfaces: NetworkInterface[],
): DefaultRoleValues {
  const [storedValues, liveValues] = [stored, live].map(readValues);
  const virtualAddress = [storedValues?.virtualAddress, liveValues?.virtualAddress].find(
    (address) => address !== undefined && address !== placeholderVirtualAddress,
  );
  const interfaceName = [storedValues?.interfaceName, liveValues?.interfaceName].find((wanted) =>
    interfaces.some(({ name }) => name === wanted),
  );
  return {
    virtualAddress: virtualAddress ?? placeholderVirtualAddress,
    interfaceName: interfaceName ?? findDefaultInterface(interfaces) ?? 'eth0',
    healthcheckUrl: storedValues?.healthcheckUrl ?? liveValues?.healthcheckUrl ?? '',
  };
}

function readValues(tree: ConfigurationTree): Partial<DefaultRoleValues> {
  const summary = summarizeConfiguration(tree);
  const instance = summary.instances[0];
  const healthcheck = instance && findHealthcheck(summary, instance);
  const address = instance?.addresses[0];
  return {
    ...(address && { virtualAddress: withPrefix(address.address, address.prefixLength) }),
    ...(instance?.interfaceName !== undefined && { interfaceName: instance.interfaceName }),
    ...(healthcheck && { healthcheckUrl: healthcheck.url }),
  };
}

const withPrefix = (address: string, prefixLength: number | undefined): string =>
  prefixLength === undefined ? address : `${address}/${prefixLength}`;

function judgeValues(
  { virtualAddress, interfaceName, healthcheckUrl }: DefaultRoleValues,
  interfaces: NetworkInterface[],
): Pick<DefaultRolePlan, 'problems' | 'warnings'> {
  const chosen = interfaces.find(({ name }) => name === interfaceName);
  const address = validateVirtualAddress(virtualAddress, {
    interfaceAddresses: chosen?.addresses ?? [],
  });
  const on = (field: Field) => (message: string) => ({ field, message });
  const problems = address.errors.map(on('virtualAddress'));
  if (!chosen) {
    const names = interfaces.map(({ name }) => name).join(', ');
    problems.push(
      on('interfaceName')(
        `This machine has no interface “${interfaceName}”. It has: ${names === '' ? 'none' : names}.`,
      ),
    );
  }
  if (!/^https?:\/\/[^\s"'$!#{}\\]+$/.test(healthcheckUrl) || !URL.canParse(healthcheckUrl)) {
    problems.push(
      on('healthcheckUrl')(
        'Write a URL that begins with http:// or https:// and has no blank, quote or one of $ ! # { }, such as http://127.0.0.1:8080/healthcheck.',
      ),
    );
  }
  const isPlaceholder = virtualAddress === placeholderVirtualAddress;
  return {
    problems,
    // A placeholder lies outside of every network, and is spoken of in its own sentence.
    warnings: isPlaceholder ? [] : address.warnings.map(on('virtualAddress')),
  };
}

/** The stored text with these values in it; what is the same already stays byte for byte. */
function withValues(stored: ConfigurationTree, values: DefaultRoleValues): EditResult {
  const summary = summarizeConfiguration(stored);
  const [instance] = summary.instances;
  if (!instance) {
    return {
      ok: false,
      reason: 'The stored configuration has no vrrp_instance: edit it on the Edit page first.',
    };
  }
  const { name } = instance;
  const now = readValues(stored);
  const healthcheck = findHealthcheck(summary, instance);
  const otherAddresses = instance.addresses.slice(1).map(({ text }) => text);

  const edits: ((tree: ConfigurationTree) => EditResult)[] = [];
  if (now.virtualAddress !== values.virtualAddress) {
    edits.push((tree) =>
      setVirtualAddresses(tree, name, [values.virtualAddress, ...otherAddresses]),
    );
  }
  if (now.interfaceName !== values.interfaceName) {
    edits.push((tree) => setInstanceValue(tree, name, 'interface', values.interfaceName));
  }
  if (healthcheck && healthcheck.url !== values.healthcheckUrl) {
    edits.push((tree) => setHealthcheckUrl(tree, healthcheck.scriptName, values.healthcheckUrl));
  }
  return edits.reduce<EditResult>(
    (result, edit) => (result.ok ? edit(parseConfiguration(result.text)) : result),
    { ok: true, text: printConfiguration(stored) },
  );
}
