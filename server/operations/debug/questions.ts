import type { Appliance } from '../../appliance/appliance.ts';
import { getAddress } from '../../keepalived/addresses/address-places.ts';
import { normalizeAddress } from '../../keepalived/addresses/addresses.ts';
import {
  findAskingInterface,
  findInstanceInterfaces,
} from '../../keepalived/addresses/instance-interfaces.ts';
import { readPasswords } from '../../keepalived/config/passwords.ts';
import type { InstancePassword } from '../../keepalived/config/passwords.ts';
import type {
  ConfigurationSummary,
  ConfiguredInstance,
} from '../../keepalived/config/questions.ts';
import { splitScriptCommand } from '../../keepalived/config/script-command.ts';
import type { DiagnosisInput } from '../../keepalived/diagnosis/input.ts';
import type { NetworkReport, ScriptRun } from '../../keepalived/proof/evidence.ts';
import { maskSecrets } from '../../keepalived/secrets/mask-secrets.ts';
import { findScriptObstacles } from '../../state/evidence-collector.ts';
import { readAssembledConfiguration } from '../../state/live-configuration.ts';

/** What is asked of the machine beside listening to the network. */
export type Answers = Pick<
  DiagnosisInput,
  | 'firewall'
  | 'kernelSettings'
  | 'healthchecks'
  | 'scriptRuns'
  | 'scriptObstacles'
  | 'hasProcessConnector'
  | 'addressProbes'
  | 'addressesAskedAtMs'
>;

/** keepalived allows a script as long as its interval; nobody waits for one that long. */
const longestScriptMs = 10_000;
/** In parallel, so that 255 instances take no longer than some; more are not asked. */
const mostProbes = 64;

/** Asks what does not depend on the network's state: at once, while others listen. */
export async function askMachine(
  appliance: Appliance,
  summary: ConfigurationSummary,
): Promise<Answers> {
  const tracked = new Set(summary.instances.flatMap(({ trackedScripts }) => trackedScripts));
  const scripts = summary.scripts.filter(({ name }) => tracked.has(name));
  const repeatable = scripts.flatMap(({ name, probe }) =>
    probe?.kind === 'repeatable' ? [{ scriptName: name, request: probe.request }] : [],
  );
  const [firewall, kernelSettings, hasProcessConnector, scriptObstacles, healthchecks, scriptRuns] =
    await Promise.all([
      appliance.readFirewall(),
      appliance.readKernelSettings(findInterfaces(summary)),
      appliance.hasProcessConnector(),
      findScriptObstacles(appliance, summary),
      Promise.all(
        repeatable.map(async ({ scriptName, request }) => ({
          ...(await appliance.examineHealthcheck(request)),
          scriptName,
        })),
      ),
      Promise.all(
        scripts.map(async (script): Promise<ScriptRun> => {
          const run = await appliance.runScript({
            scriptName: script.name,
            command: splitScriptCommand(script.command),
            userName: script.userName ?? summary.scriptUserName,
            hasScriptSecurity: summary.hasScriptSecurity,
            timeoutMs: Math.min(
              (script.timeoutSeconds ?? script.intervalSeconds) * 1000,
              longestScriptMs,
            ),
          });
          return { ...run, output: maskSecrets(run.output) };
        }),
      ),
    ]);
  return {
    firewall,
    kernelSettings,
    hasProcessConnector,
    scriptObstacles,
    healthchecks,
    scriptRuns,
  };
}

/** Asks who answers for the virtual addresses: late, so that the master is known by then. */
export async function askAddresses(
  appliance: Appliance,
  summary: ConfigurationSummary,
): Promise<Answers> {
  const network = await appliance.readNetwork();
  const questions = [...findAddresses(summary, network)].flatMap(([interfaceName, addresses]) =>
    addresses.map((address) => ({ interfaceName, address })),
  );
  const addressProbes = await Promise.all(
    questions
      .slice(0, mostProbes)
      .map(({ interfaceName, address }) => appliance.probeAddress(interfaceName, address)),
  );
  return { addressProbes };
}

/** The interfaces from which ARP asks, each with the IPv4 addresses that it asks for. */
function findAddresses(
  { instances }: ConfigurationSummary,
  network: NetworkReport,
): Map<string, string[]> {
  const byInterface = new Map<string, Set<string>>();
  for (const configured of instances) {
    const interfaces = locate(configured, network);
    for (const { cidr, interfaceName } of interfaces.addresses) {
      const address = getAddress({ cidr });
      if (interfaceName === undefined || address.includes(':')) continue;
      const asking = findAskingInterface(interfaceName, interfaces, network);
      byInterface.set(asking, (byInterface.get(asking) ?? new Set()).add(address));
    }
  }
  return new Map([...byInterface].map(([name, addresses]) => [name, [...addresses]]));
}

const locate = (configured: ConfiguredInstance, network: NetworkReport | undefined) =>
  findInstanceInterfaces({ configured, running: undefined, network });

/** In seconds, of all instances; at least the usual one. */
export function findLongestInterval({ instances }: ConfigurationSummary): number {
  return Math.max(1, ...instances.map(({ advertIntervalSeconds = 1 }) => advertIntervalSeconds));
}

/** The interfaces that the instances' files name. */
export function findInterfaces({ instances }: ConfigurationSummary): string[] {
  return [...new Set(instances.flatMap(({ interfaceName }) => interfaceName ?? []))];
}

/** Where to listen, each with the IPv4 addresses, virtual ones and peers', about which ARP is heard. */
export function findListeningPlaces(
  { instances }: ConfigurationSummary,
  network: NetworkReport | undefined,
): Map<string, string[]> {
  const places = new Map<string, Set<string>>();
  for (const configured of instances) {
    const { audible } = locate(configured, network);
    if (audible === undefined) continue;
    const about = places.get(audible) ?? new Set();
    const addresses = configured.addresses.filter(({ family }) => family === 'inet');
    for (const { address } of addresses) about.add(normalizeAddress(address));
    for (const peer of configured.unicastPeers) about.add(peer);
    places.set(audible, about);
  }
  return new Map([...places].map(([name, about]) => [name, [...about]]));
}

/** Our passwords, to tell whether a peer has the same, each by where it is listened. */
export async function readOwnPasswords(
  appliance: Appliance,
  { instances }: ConfigurationSummary,
  network: NetworkReport | undefined,
): Promise<InstancePassword[]> {
  const passwords = readPasswords(await readAssembledConfiguration(appliance));
  return passwords.map((password) => {
    const configured = instances.find(({ name }) => name === password.instanceName);
    const interfaceName = configured && locate(configured, network).audible;
    return { ...password, interfaceName: interfaceName ?? password.interfaceName };
  });
}
