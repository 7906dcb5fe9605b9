/**
 * Asks every reader of the machine as a program that may not, or cannot, look: as another user
 * (`nobody`), or with no file descriptor left (`no-descriptor`). Prints what each of them says.
 */
import { openSync } from 'node:fs';
import { lookUpProgram } from '../../../server/appliance/commands/find-executable.ts';
import { testConfiguration } from '../../../server/appliance/configuration-test/configuration-test.ts';
import { createConfigurationFiles } from '../../../server/appliance/files/configuration-files.ts';
import { persistIptablesRules } from '../../../server/appliance/firewall/persist-iptables-rules.ts';
import { persistNftRules } from '../../../server/appliance/firewall/persist-nft-rules.ts';
import { readFirewall } from '../../../server/appliance/firewall/read-firewall.ts';
import { createFileLog } from '../../../server/appliance/logs/file-log.ts';
import { readKernelSettings } from '../../../server/appliance/network/kernel-settings.ts';
import { readDefaultRoutes, readNetwork } from '../../../server/appliance/network/network.ts';
import { runScript } from '../../../server/appliance/scripts/script-run.ts';
import { findBootTool } from '../../../server/appliance/services/boot-tools/find-boot-tool.ts';
import { describeService } from '../../../server/appliance/services/service-files.ts';
import { createSystemd } from '../../../server/appliance/services/service-managers/systemd.ts';
import { createSysv } from '../../../server/appliance/services/service-managers/sysv.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { configPath } from '../private-keepalived.ts';

const [mode] = process.argv.slice(2);
/** One that has read nothing: who has read a file, and sees that nobody touched it, knows what it says. */
const openFiles = () => createConfigurationFiles(parseProgramOptions({}));
const readDaemon = () => Promise.resolve({ state: 'unknown' as const, reason: 'not asked' });
const noRules = { programs: [], chains: [], problems: [], firewalld: undefined };
const script = {
  ...{ scriptName: 'chk', command: ['/opt/looked/check'], timeoutMs: 5000 },
  ...{ userName: 'root', hasScriptSecurity: false },
};
const live = { id: 'live', role: 'live', path: configPath, exists: true } as const;

const questions: Record<string, () => Promise<unknown>> = {
  network: readNetwork,
  routes: readDefaultRoutes,
  program: () => lookUpProgram('/opt/looked/check'),
  files: () => openFiles().list(),
  liveFile: () => openFiles().read('live'),
  log: () => createFileLog('/var/log/messages').read({ limit: 10 }),
  kernel: () => readKernelSettings(['lo']),
  firewall: readFirewall,
  nftLasts: () => persistNftRules(noRules),
  iptablesLasts: () => persistIptablesRules(noRules),
  description: () => describeService('looked'),
  startsAtBoot: () => findBootTool('auto').read('looked'),
  runsBySystemd: () => createSystemd(readDaemon).isRunning('looked'),
  runsByScript: () => createSysv(readDaemon).isRunning('looked'),
  script: () => runScript(script),
  test: () => testConfiguration(configPath, live, 'vrrp_instance VI_1 {\n}\n'),
};

// What is loaded only when it is needed is loaded now.
await Promise.all(Object.values(questions).map((ask) => ask()));
if (mode === 'nobody') {
  process.setgroups?.([]);
  process.setgid?.(65534);
  process.setuid?.(65534);
}
if (mode === 'no-descriptor') useUpDescriptors();

const answers: Record<string, unknown> = {};
for (const [name, ask] of Object.entries(questions)) {
  answers[name] = await ask().catch((error: unknown) => ({ thrown: String(error) }));
}
process.stdout.write(JSON.stringify(answers));

function useUpDescriptors(): void {
  for (;;) {
    try {
      openSync('/dev/null', 'r');
    } catch {
      return;
    }
  }
}
