/**
 * Runs on a server of the lab, and prints a list of answers: `check` is every check of the diagnosis,
 * worst first; `allow-in` and the like do what the page's buttons do; `own` lists our rules.
 */
import { createAppliance } from '../../../server/appliance/create-appliance.ts';
import { diagnose } from '../../../server/keepalived/diagnosis/diagnose.ts';
import {
  allowVrrp,
  listOwnFirewallRules,
  withdrawVrrp,
} from '../../../server/operations/debug/firewall.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { readLiveConfiguration } from '../../../server/state/live-configuration.ts';

const appliance = await createAppliance(parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised' }));

async function check() {
  const live = await readLiveConfiguration(appliance);
  if (!live.ok) throw new Error(live.reason);
  return diagnose({
    configuration: live.summary,
    runtime: await appliance.readRuntime(),
    runtimeAtMs: Date.now(),
    network: await appliance.readNetwork(),
    heard: undefined,
    firewall: await appliance.readFirewall(),
    log: [],
  });
}

const tasks: Record<string, () => Promise<unknown>> = {
  check,
  'allow-in': () => allowVrrp(appliance, 'VI_1', 'in'),
  'allow-out': () => allowVrrp(appliance, 'VI_1', 'out'),
  'withdraw-in': () => withdrawVrrp(appliance, 'VI_1', 'in'),
  'withdraw-out': () => withdrawVrrp(appliance, 'VI_1', 'out'),
  own: () => listOwnFirewallRules(appliance),
};
const answers: unknown[] = [];
for (const name of process.argv.slice(2)) answers.push(await tasks[name]?.());
process.stdout.write(JSON.stringify(answers));
await appliance.close();
