import type { Appliance } from '../../appliance/appliance.ts';
import { normalizeAddress } from '../../keepalived/addresses.ts';
import { readPasswords } from '../../keepalived/config/passwords.ts';
import type { InstancePassword } from '../../keepalived/config/passwords.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import { splitScriptCommand } from '../../keepalived/config/script-command.ts';
import type { DiagnosisInput } from '../../keepalived/diagnosis/input.ts';
import type { ScriptRun } from '../../keepalived/evidence.ts';
import { maskSecrets } from '../../keepalived/mask-secrets.ts';
import { readAssembledConfiguration } from '../../state/live-configuration.ts';

/** What is asked of the machine beside listening to the network. */
export type Answers = Pick<
  DiagnosisInput,
  | 'firewall'
  | 'kernelSettings'
  | 'healthchecks'
  | 'scriptRuns'
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
  const urls = new Set(scripts.flatMap(({ healthcheckUrl }) => healthcheckUrl ?? []));
  const [firewall, kernelSettings, healthchecks, scriptRuns] = await Promise.all([
    appliance.readFirewall(),
    appliance.readKernelSettings(findInterfaces(summary)),
    Promise.all([...urls].map((url) => appliance.examineHealthcheck(url))),
    Promise.all(
      scripts.map(async (script): Promise<ScriptRun> => {
        const run = await appliance.runScript({
          scriptName: script.name,
          command: splitScriptCommand(script.command),
          userName: script.userName ?? summary.scriptUserName,
          timeoutMs: Math.min(
            (script.timeoutSeconds ?? script.intervalSeconds) * 1000,
            longestScriptMs,
          ),
        });
        return { ...run, output: maskSecrets(run.output) };
      }),
    ),
  ]);
  return { firewall, kernelSettings, healthchecks, scriptRuns };
}

/** Asks who answers for the virtual addresses: late, so that the master is known by then. */
export async function askAddresses(
  appliance: Appliance,
  summary: ConfigurationSummary,
): Promise<Answers> {
  const questions = [...findAddresses(summary)].flatMap(([interfaceName, addresses]) =>
    addresses.map((address) => ({ interfaceName, address })),
  );
  const addressProbes = await Promise.all(
    questions
      .slice(0, mostProbes)
      .map(({ interfaceName, address }) => appliance.probeAddress(interfaceName, address)),
  );
  return { addressProbes };
}

/** The interfaces of the instances, each with the IPv4 addresses that ARP may speak of there. */
export function findAddresses({ instances }: ConfigurationSummary): Map<string, string[]> {
  const byInterface = new Map<string, string[]>();
  const add = (interfaceName: string | undefined, addresses: string[]) => {
    if (interfaceName === undefined) return;
    const known = byInterface.get(interfaceName) ?? [];
    byInterface.set(interfaceName, [...new Set([...known, ...addresses])]);
  };
  for (const instance of instances) {
    add(instance.interfaceName, []);
    for (const { family, address, interfaceName } of instance.addresses) {
      if (family === 'inet')
        add(interfaceName ?? instance.interfaceName, [normalizeAddress(address)]);
    }
  }
  return byInterface;
}

/** In seconds, of all instances; at least the usual one. */
export function findLongestInterval({ instances }: ConfigurationSummary): number {
  return Math.max(1, ...instances.map(({ advertIntervalSeconds = 1 }) => advertIntervalSeconds));
}

/** The interfaces over which the instances speak. */
export function findInterfaces({ instances }: ConfigurationSummary): string[] {
  return [...new Set(instances.flatMap(({ interfaceName }) => interfaceName ?? []))];
}

/** Where to listen, each with the IPv4 addresses, virtual ones and peers', about which ARP is heard. */
export function findListeningPlaces(summary: ConfigurationSummary): Map<string, string[]> {
  const virtual = findAddresses(summary);
  const peersOn = (name: string) =>
    summary.instances
      .filter(({ interfaceName }) => interfaceName === name)
      .flatMap(({ unicastPeers }) => unicastPeers);
  return new Map(
    findInterfaces(summary).map((name) => [name, [...(virtual.get(name) ?? []), ...peersOn(name)]]),
  );
}

/** Our passwords, to tell whether a peer has the same. */
export async function readOwnPasswords(appliance: Appliance): Promise<InstancePassword[]> {
  return readPasswords(await readAssembledConfiguration(appliance));
}
