import { validateVirtualAddress } from '../../keepalived/addresses/addresses.ts';
import {
  isHealthcheckUrl,
  placeholderVirtualAddress,
} from '../../keepalived/config/default-configurations.ts';
import { findHealthcheck, summarizeConfiguration } from '../../keepalived/config/questions.ts';
import type { ConfigurationTree } from '../../keepalived/language/tree.ts';
import {
  judgeLength,
  longestAddress,
  longestInterfaceName,
  longestUrl,
} from '../../keepalived/language/value-lengths.ts';
import type { NetworkInterface } from '../../keepalived/proof/evidence.ts';

/** What the form of Set Default Master and Backup asks for. */
export interface DefaultRoleValues {
  /** In CIDR form: `192.168.0.100/24`. */
  virtualAddress: string;
  interfaceName: string;
  healthcheckUrl: string;
}

type Field = keyof DefaultRoleValues;

export interface FieldMessage {
  field: Field;
  message: string;
}

/** The one with the default route, else the first that is up with an IPv4 address. */
export function findDefaultInterface(
  interfaces: NetworkInterface[],
  defaultRoutes: string[],
): string | undefined {
  const candidates = interfaces.filter(({ name }) => name !== 'lo');
  const chosen =
    candidates.find(({ name }) => defaultRoutes.includes(name)) ??
    candidates.find(({ up, addresses }) => up && addresses.some(({ family }) => family === 'inet'));
  return chosen?.name;
}

/** The stored file's values; where they do not fit this machine or are placeholders, better ones. */
export function prefillValues(
  stored: ConfigurationTree,
  live: ConfigurationTree,
  interfaces: NetworkInterface[],
  defaultRoutes: string[],
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
    interfaceName: interfaceName ?? findDefaultInterface(interfaces, defaultRoutes) ?? 'eth0',
    healthcheckUrl: storedValues?.healthcheckUrl ?? liveValues?.healthcheckUrl ?? '',
  };
}

/** What a configuration's first instance says of them. */
export function readValues(tree: ConfigurationTree): Partial<DefaultRoleValues> {
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

interface Verdict {
  errors: string[];
  warnings: string[];
}

type Rule = (
  values: DefaultRoleValues,
  interfaces: NetworkInterface[],
  live: ConfigurationTree,
) => Verdict;

/** What forbids these values on this machine, and what is probably not meant. */
export function judgeValues(...[values, interfaces, live]: Parameters<Rule>): {
  problems: FieldMessage[];
  warnings: FieldMessage[];
} {
  const verdicts = rules.map(([field, longest, rule]) => {
    const tooLong = judgeLength(values[field], longest);
    const verdict =
      tooLong === undefined ? rule(values, interfaces, live) : { errors: [tooLong], warnings: [] };
    return { field, ...verdict };
  });
  return {
    problems: verdicts.flatMap(({ field, errors }) =>
      errors.map((message) => ({ field, message })),
    ),
    warnings: verdicts.flatMap(({ field, warnings }) =>
      warnings.map((message) => ({ field, message })),
    ),
  };
}

const rules: [Field, number, Rule][] = [
  ['virtualAddress', longestAddress, judgeAddress],
  ['interfaceName', longestInterfaceName, judgeInterface],
  ['healthcheckUrl', longestUrl, judgeUrl],
];

const good: Verdict = { errors: [], warnings: [] };
const refuse = (error: string): Verdict => ({ errors: [error], warnings: [] });

function judgeAddress(
  { virtualAddress, interfaceName }: DefaultRoleValues,
  interfaces: NetworkInterface[],
  live: ConfigurationTree,
): Verdict {
  // The placeholder fits no network on purpose; it is spoken of in its own sentence.
  if (virtualAddress === placeholderVirtualAddress) return good;
  const chosen = interfaces.find(({ name }) => name === interfaceName);
  return validateVirtualAddress(virtualAddress, {
    interfaceAddresses: chosen?.addresses ?? [],
    // While this server is active they are on its interface, but not its own.
    currentVirtualAddresses: summarizeConfiguration(live).instances.flatMap(({ addresses }) =>
      addresses.map(({ address }) => address),
    ),
  });
}

function judgeInterface(
  { interfaceName }: DefaultRoleValues,
  interfaces: NetworkInterface[],
): Verdict {
  if (interfaces.some(({ name }) => name === interfaceName)) return good;
  const names = interfaces.map(({ name }) => name).join(', ');
  return refuse(
    `This machine has no interface “${interfaceName}”. It has: ${names === '' ? 'none' : names}.`,
  );
}

function judgeUrl({ healthcheckUrl }: DefaultRoleValues): Verdict {
  return isHealthcheckUrl(healthcheckUrl)
    ? good
    : refuse(
        'Write a URL that begins with http:// or https:// and has no blank, quote or one of $ ! # { }, such as http://127.0.0.1:8080/healthcheck.',
      );
}
