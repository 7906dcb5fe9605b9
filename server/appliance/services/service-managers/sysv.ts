import type { CommandReport, ServiceAction, ServiceReport } from '../../appliance.ts';
import { explainNoAnswer, reportCommand } from '../../commands/command-report.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { DaemonReader } from '../../daemon/daemon-process.ts';
import { findInitScriptFlaw } from '../service-files.ts';
import { proveOutcome, stopThenStart } from './keepalived-outcome.ts';
import type { ServiceManager } from './service-manager.ts';

const controlLimitMs = 30_000;

/**
 * Services by their init scripts, through `service`. Debian's script for keepalived ends with exit
 * code 0 whatever happened, so the daemon's processes say whether it worked.
 */
export function createSysv(readDaemon: DaemonReader): ServiceManager {
  async function controlKeepalived(action: ServiceAction): Promise<CommandReport> {
    // Debian's restart waits 1 s for the old daemon; if that takes longer, there is none afterwards.
    if (action === 'restart') return stopThenStart(controlKeepalived);
    return proveOutcome(action, readDaemon, () => runInitScript('keepalived', action));
  }
  return {
    name: 'sysv',
    async control(service, action) {
      const flaw = await findInitScriptFlaw(service);
      if (flaw !== undefined) {
        const command = `service ${service} ${action}`;
        return { command, result: 'notStarted', exitCode: undefined, output: flaw };
      }
      return service === 'keepalived' ? controlKeepalived(action) : runInitScript(service, action);
    },
    // An init script does not know.
    readKeepalivedExit: () => Promise.resolve(undefined),
    isRunning,
  };
}

async function runInitScript(service: string, action: ServiceAction): Promise<CommandReport> {
  const limits = { timeoutMs: controlLimitMs };
  return reportCommand(await runCommand('service', [service, action], limits));
}

/** By the exit codes of an init script's `status` (LSB): 0 runs, 1 to 3 does not. */
async function isRunning(service: string): Promise<ServiceReport['running']> {
  const flaw = await findInitScriptFlaw(service);
  if (flaw !== undefined) return { known: false, reason: flaw };
  const answer = await runCommand('service', [service, 'status']);
  if (answer.kind === 'ok') return { known: true, running: true };
  return answer.kind === 'exited' && answer.exitCode <= 3
    ? { known: true, running: false }
    : { known: false, reason: explainNoAnswer(answer) };
}
