import type { ProgramOptions } from '../../../program-options.ts';
import { findExecutable } from '../../commands/find-executable.ts';
import { UnseenError } from '../../unseen-error.ts';
import { findUnitFile } from '../service-files.ts';
import type { BootTool } from './boot-tool.ts';
import { chkconfig } from './chkconfig.ts';
import { systemctl } from './systemctl.ts';
import { updateRcD } from './update-rc-d.ts';

const bootTools = { chkconfig, systemctl, 'update-rc.d': updateRcD } as const;
type BootToolName = keyof typeof bootTools;

const missing = 'there is no chkconfig, systemctl or update-rc.d on this machine.';

/** No tool at all, as in many containers; or it can’t tell which is in charge. */
const createNoBootTool = (reason: string): BootTool => ({
  read: () => Promise.resolve({ known: false, reason: `Unknown: ${reason}` }),
  set: (service, enabled) =>
    Promise.resolve({
      command: `chkconfig ${service} ${enabled ? 'on' : 'off'}`,
      result: 'notFound',
      exitCode: undefined,
      output: `Nothing was changed: ${reason}`,
    }),
});

/** The boot tool that the settings name, or for `auto` the one in charge of each service. */
export function findBootTool(choice: ProgramOptions['bootTool']): BootTool {
  if (choice !== 'auto') return bootTools[choice];
  return {
    read: async (service) => (await findToolFor(service)).read(service),
    set: async (service, enabled) => (await findToolFor(service)).set(service, enabled),
  };
}

/** A native unit is systemd's alone; its other tools would at best forward to it. */
async function findToolFor(service: string): Promise<BootTool> {
  try {
    return await chooseTool(service);
  } catch (error) {
    if (error instanceof UnseenError) return createNoBootTool(`${error.message}.`);
    throw error;
  }
}

async function chooseTool(service: string): Promise<BootTool> {
  const native = (await findUnitFile(service)) !== undefined;
  const candidates: BootToolName[] = native
    ? ['systemctl', 'chkconfig', 'update-rc.d']
    : ['chkconfig', 'update-rc.d', 'systemctl'];
  for (const name of candidates) {
    if ((await findExecutable(name)) !== undefined) return bootTools[name];
  }
  return createNoBootTool(missing);
}
