import { reportCommand } from '../../commands/command-report.ts';
import { runCommand } from '../../commands/run-command.ts';
import { assertServiceName } from '../service-files.ts';
import type { BootTool } from './boot-tool.ts';

const tool = 'chkconfig';

/** Red Hat's tool for init scripts; where there is systemd it forwards to it. */
export const chkconfig: BootTool = {
  async read(service) {
    assertServiceName(service);
    const answer = await runCommand(tool, [service]);
    const enabled = readAnswer(answer.stdout, answer.exitCode);
    if (enabled !== undefined) return { known: true, enabled, tool };
    // Exit code 1 means "off" and "unknown" alike; only the list tells them apart.
    const list = await runCommand(tool, ['--list', service]);
    return list.kind === 'ok'
      ? { known: true, enabled: false, tool }
      : { known: false, reason: reportCommand(list).output };
  },

  async set(service, enabled) {
    assertServiceName(service);
    return reportCommand(await runCommand(tool, [service, enabled ? 'on' : 'off']));
  },
};

/** Whether `chkconfig NAME` says on or off; undefined: it does not say (measured, chkconfig 1.3). */
function readAnswer(stdout: string, exitCode: number | undefined): boolean | undefined {
  const word = stdout.trim();
  if (word === 'disabled') return false;
  return word === 'enabled' || exitCode === 0 ? true : undefined;
}
