import { explainNoAnswer, findSignal, reportCommand } from '../../commands/command-report.ts';
import { runCommand } from '../../commands/run-command.ts';
import { assertServiceName } from '../service-files.ts';
import type { BootTool } from './boot-tool.ts';

const tool = 'chkconfig';

/** Red Hat's tool for init scripts; where there is systemd it forwards to it. */
export const chkconfig: BootTool = {
  async read(service) {
    assertServiceName(service);
    const answer = await runCommand(tool, [service]);
    // One that was killed, or could not be asked, said neither on nor off.
    const isEnded = answer.kind === 'ok' || answer.kind === 'exited';
    if (!isEnded || findSignal(answer.exitCode) !== undefined) {
      return { known: false, reason: explainNoAnswer(answer) };
    }
    const enabled = readAnswer(answer.stdout, answer.exitCode);
    if (enabled !== undefined) return { known: true, enabled, tool };
    // Exit code 1 means "off" and "unknown" alike; only the list tells them apart.
    const list = await runCommand(tool, ['--list', service]);
    return list.kind === 'ok'
      ? { known: true, enabled: false, tool }
      : { known: false, reason: explainNoAnswer(list) };
  },

  async set(service, enabled) {
    assertServiceName(service);
    return reportCommand(await runCommand(tool, [service, enabled ? 'on' : 'off']));
  },
};

/** Whether `chkconfig NAME` says on or off; undefined: it does not say (measured, chkconfig 1.3). */
function readAnswer(stdout: string, exitCode: number): boolean | undefined {
  const word = stdout.trim();
  if (word === 'disabled') return false;
  return word === 'enabled' || exitCode === 0 ? true : undefined;
}
