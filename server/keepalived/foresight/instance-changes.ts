import { getAddress } from '../addresses/address-places.ts';
import { normalizeAddress } from '../addresses/addresses.ts';
import { findInstanceInterfaces } from '../addresses/instance-interfaces.ts';
import { getPrefixLength } from '../config/addresses.ts';
import { getAuthentication } from '../config/instance-questions.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/questions.ts';
import type { ConfiguredAddress } from '../config/summary.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';
import { readTraits } from './another-router.ts';
import { computePriority, listWeights } from './elections/effective-priority.ts';
import type { FindResult } from './elections/effective-priority.ts';
import type { AddressPlace, InstanceChange, InstanceSetting } from './instance-change.ts';

const ownerPriority = 255;

/**
 * Pairs the instances by name; one that only got another name is the same to keepalived, which
 * goes by virtual router ID and interface (measured). Where keepalived answers,
 * that counts, and not a file that it may not have loaded.
 */
export function compareInstances(
  { before, after, passwordChanges, findResult = () => undefined }: ComparedConfigurations,
  running: readonly RuntimeInstance[],
): InstanceChange[] {
  const paired = new Set<string>();
  const changes = namesOf(before.instances, running).map((name): InstanceChange => {
    const configured = before.instances.find((instance) => instance.name === name);
    const run = running.find((instance) => instance.name === name);
    const next = findCounterpart(after.instances, name, configured);
    if (next) paired.add(next.name);
    return {
      name,
      before: settingBefore(configured, run),
      after: next && settingAfter(next, configured, run),
      passwordChanges: passwordChanges.has(name),
      state: run?.state,
      effectivePriority: run?.effectivePriority,
      masterPriority: run?.masterPriority,
      ...foreseePriority(
        configured && { summary: before, instance: configured },
        next && { summary: after, instance: next },
        run,
        findResult,
      ),
      groupName: next?.syncGroupName,
      changesGroup: membersOf(before, configured) !== membersOf(after, next),
      hasUnreadParts: next?.hasUnreadParts === true,
    };
  });
  const added = after.instances.filter(({ name }) => !paired.has(name));
  return [
    ...changes,
    ...added.map((instance) => ({
      ...addedInstance(instance),
      foreseen: computePriority(instance, after, findResult),
      changesGroup: instance.syncGroupName !== undefined,
    })),
  ];
}

interface InConfiguration {
  summary: ConfigurationSummary;
  instance: ConfiguredInstance;
}

function foreseePriority(
  before: InConfiguration | undefined,
  after: InConfiguration | undefined,
  run: RuntimeInstance | undefined,
  findResult: FindResult,
): Pick<InstanceChange, 'foreseen' | 'keepsWeights' | 'redefined'> {
  if (!after) return { foreseen: undefined, keepsWeights: true, redefined: [] };
  const foreseen = computePriority(after.instance, after.summary, findResult);
  if (!before) return { foreseen, keepsWeights: run !== undefined, redefined: [] };
  const redefined = findRedefined(after, before.summary);
  const now = computePriority(before.instance, before.summary, findResult).priority;
  const [old, next] = [before, after].map(({ instance, summary }) =>
    listWeights(instance, summary),
  );
  const keepsWeights = JSON.stringify(old) === JSON.stringify(next);
  // Where the file does not explain what runs, what counts now goes on to count.
  const isExplained = now === undefined || !run || now === run.effectivePriority;
  const isTrusted = isExplained || isForgotten(next ?? []);
  return {
    foreseen: isTrusted || !keepsWeights ? foreseen : { ...foreseen, priority: undefined },
    ...{ keepsWeights, redefined },
  };
}

/** Of what an instance tracks, the scripts, files and processes that are defined in another way. */
function findRedefined(
  { instance, summary }: InConfiguration,
  before: ConfigurationSummary,
): string[] {
  const define = ({ scripts, trackDefinitions }: ConfigurationSummary, name: string): string => {
    const words = [
      ...scripts.map((one) => [one.name, one.command, one.isReversed, one.weight, one.userName]),
      ...trackDefinitions.map((one) => [one.name, one.path, one.isReversed, one.weight]),
    ];
    return JSON.stringify(words.filter(([found]) => found === name));
  };
  const names = listWeights(instance, summary).map(({ name }) => name);
  return [...new Set(names)].filter((name) => define(before, name) !== define(summary, name));
}

/** Whether a reload counts a script in another way than a start does. */
function isForgotten(weights: ReturnType<typeof listWeights>): boolean {
  const scripts = weights.filter(({ kind }) => kind === 'script');
  const names = new Set(scripts.map(({ name }) => name));
  return names.size < scripts.length || scripts.some(({ isReversed }) => isReversed);
}

/** The members of an instance's sync group, as one word. */
function membersOf({ syncGroups }: ConfigurationSummary, instance: ConfiguredInstance | undefined) {
  const group = syncGroups.find(({ name }) => name === instance?.syncGroupName);
  return group?.instanceNames.toSorted().join(' ');
}

interface ComparedConfigurations {
  before: ConfigurationSummary;
  after: ConfigurationSummary;
  passwordChanges: ReadonlySet<string>;
  findResult?: FindResult;
}

function namesOf(
  configured: readonly ConfiguredInstance[],
  running: readonly RuntimeInstance[],
): string[] {
  return [...new Set([...configured, ...running].map(({ name }) => name))];
}

/**
 * The instance of a configuration that keepalived takes for this one after a reload: of the same name,
 * or one that only got another.
 */
export function findCounterpart(
  instances: readonly ConfiguredInstance[],
  name: string,
  configured: ConfiguredInstance | undefined,
): ConfiguredInstance | undefined {
  return (
    instances.find((instance) => instance.name === name) ??
    instances.find((instance) => isSameRouter(instance, configured))
  );
}

function isSameRouter(one: ConfiguredInstance, other: ConfiguredInstance | undefined): boolean {
  return (
    one.virtualRouterId === other?.virtualRouterId && one.interfaceName === other?.interfaceName
  );
}

const addedInstance = (instance: ConfiguredInstance): InstanceChange => ({
  name: instance.name,
  before: undefined,
  after: settingOf(instance),
  passwordChanges: false,
  state: undefined,
  effectivePriority: undefined,
  masterPriority: undefined,
  foreseen: undefined,
  redefined: [],
  keepsWeights: false,
  groupName: instance.syncGroupName,
  changesGroup: false,
  hasUnreadParts: instance.hasUnreadParts === true,
});

function settingOf(instance: ConfiguredInstance): InstanceSetting {
  const normal = ({ address }: { address: string }): string => normalizeAddress(address);
  return {
    virtualRouterId: instance.virtualRouterId,
    interfaceName: instance.interfaceName,
    virtualInterfaceName: findInstanceInterfaces({
      ...{ configured: instance, running: undefined, network: undefined },
    }).virtual?.name,
    version: instance.version ?? 2,
    priority: instance.priority ?? 100,
    advertIntervalSeconds: instance.advertIntervalSeconds ?? 1,
    nopreempt: instance.nopreempt === true && !ignoresPreemption(instance),
    preemptDelayMs:
      instance.nopreempt === true || ignoresPreemption(instance)
        ? 0
        : (instance.preemptDelaySeconds ?? 0) * 1_000,
    beginsAsOwner: instance.initialState === 'MASTER' && instance.priority === ownerPriority,
    authentication: getAuthentication(instance) ?? 'none',
    addresses: instance.addresses.map(normal),
    advertised: instance.addresses.filter(({ excluded }) => !excluded).map(normal),
    places: new Map(instance.addresses.map((one) => [normal(one), placeOf(one, instance)])),
    tracked: instance.tracked,
    unicastPeers: instance.unicastPeers.map(normalizeAddress),
    multicastDestination: instance.multicastDestination,
    traits: readTraits(instance),
  };
}

/** keepalived drops nopreempt and preempt_delay there (`vrrp.c` 2.2.7; measured). */
const ignoresPreemption = ({ initialState, priority }: ConfiguredInstance): boolean =>
  initialState === 'MASTER' || priority === ownerPriority;

function placeOf(address: ConfiguredAddress, instance: ConfiguredInstance): AddressPlace {
  return {
    interfaceName: address.interfaceName ?? instance.interfaceName,
    prefixLength: getPrefixLength(address),
    label: address.label,
    scope: address.scope ?? 'global',
  };
}

/** As keepalived runs it, and what its account does not say as the file has it. */
function runningPlace(
  { cidr, interfaceName }: RuntimeInstance['addresses'][number],
  written: AddressPlace | undefined,
  usesVirtual: boolean,
): AddressPlace {
  // A virtual interface (use_vmac) has another name than the one in the file.
  const isTheFiles = usesVirtual && written !== undefined;
  return {
    interfaceName: isTheFiles ? written.interfaceName : (interfaceName ?? written?.interfaceName),
    prefixLength: Number(cidr.split('/')[1]),
    label: written?.label,
    scope: written?.scope,
  };
}

/**
 * What is not read here (an include, a condition) is taken to stay as it runs: only what the text
 * itself changes is foreseen.
 */
function settingAfter(
  next: ConfiguredInstance,
  configured: ConfiguredInstance | undefined,
  run: RuntimeInstance | undefined,
): InstanceSetting {
  const now = settingBefore(configured, run);
  const written = settingOf(next);
  // keepalived may have found, or made, one of another name than the file lets expect.
  const isSameVirtual = configured && keepsVirtualName(configured, next);
  const after =
    isSameVirtual &&
    now &&
    (now.virtualInterfaceName === undefined) === (written.virtualInterfaceName === undefined)
      ? { ...written, virtualInterfaceName: now.virtualInterfaceName }
      : written;
  if (next.hasUnreadParts !== true || !configured || !now) return after;
  const file = settingOf(configured);
  const unlessChanged = <Key extends keyof InstanceSetting>(key: Key) =>
    file[key] === after[key] ? now[key] : after[key];
  const withUnread = (key: 'addresses' | 'advertised') => [
    ...after[key],
    ...now[key].filter((one) => !file.addresses.includes(one) && !after.addresses.includes(one)),
  ];
  return {
    ...after,
    virtualRouterId: unlessChanged('virtualRouterId'),
    interfaceName: unlessChanged('interfaceName'),
    version: unlessChanged('version'),
    priority: unlessChanged('priority'),
    advertIntervalSeconds: unlessChanged('advertIntervalSeconds'),
    nopreempt: unlessChanged('nopreempt'),
    authentication: unlessChanged('authentication'),
    addresses: withUnread('addresses'),
    advertised: withUnread('advertised'),
  };
}

/** One without a name of its own is found by its MAC address, whatever it is called (2.2.7). */
function keepsVirtualName(configured: ConfiguredInstance, next: ConfiguredInstance): boolean {
  const [old, wanted] = [configured.virtualInterface, next.virtualInterface];
  const isFound =
    wanted?.kind === 'macvlan' &&
    wanted.name === undefined &&
    old?.kind === 'macvlan' &&
    old.macAddress === wanted.macAddress;
  return (
    isFound || settingOf(configured).virtualInterfaceName === settingOf(next).virtualInterfaceName
  );
}

function settingBefore(
  configured: ConfiguredInstance | undefined,
  run: RuntimeInstance | undefined,
): InstanceSetting | undefined {
  const setting = configured && settingOf(configured);
  if (!run) return setting;
  const addresses = run.addresses.map(getAddress);
  const usesVirtual =
    run.virtualInterfaceName !== undefined ||
    configured?.addresses.some(({ usesVmac }) => usesVmac) === true;
  const excluded = setting?.addresses.filter((one) => !setting.advertised.includes(one)) ?? [];
  return {
    // The dump does not say these.
    preemptDelayMs: setting?.preemptDelayMs ?? 0,
    beginsAsOwner: setting?.beginsAsOwner ?? false,
    unicastPeers: setting?.unicastPeers ?? [],
    multicastDestination: setting?.multicastDestination,
    traits: setting?.traits,
    places: new Map(
      run.addresses.map((one) => {
        const address = getAddress(one);
        return [address, runningPlace(one, setting?.places.get(address), usesVirtual)];
      }),
    ),
    tracked: setting?.tracked ?? [],
    // A virtual interface (use_vmac) has another name than the one in the file.
    interfaceName: setting?.interfaceName ?? run.interfaceName,
    virtualInterfaceName: run.virtualInterfaceName,
    virtualRouterId: run.virtualRouterId,
    version: run.version,
    priority: run.basePriority,
    advertIntervalSeconds: run.advertIntervalSeconds,
    nopreempt: run.nopreempt,
    authentication: ({ none: 'none', password: 'PASS', ah: 'AH' } as const)[run.authentication],
    addresses,
    advertised: addresses.filter((address) => !excluded.includes(address)),
  };
}
