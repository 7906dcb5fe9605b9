import type {
  CommandReport,
  KeepalivedExit,
  ServiceAction,
  ServiceReport,
} from '../../appliance.ts';
import {
  explainNoAnswer,
  findSignal,
  joinOutput,
  reportCommand,
} from '../../commands/command-report.ts';
import { runCommand } from '../../commands/run-command.ts';
import type { DaemonReader } from '../../daemon/daemon-process.ts';
import { unitName } from '../service-files.ts';
import { proveOutcome } from './keepalived-outcome.ts';
import type { ServiceManager } from './service-manager.ts';

const controlLimitMs = 30_000;
/** What `is-active` says (systemctl(1)); anything else is no answer, such as half a word. */
const runningStates = ['active', 'activating', 'deactivating', 'reloading', 'refreshing'];
const stoppedStates = ['inactive', 'failed', 'maintenance'];

/** Services by `systemctl`. What it says of keepalived is proved by the daemon's processes. */
export function createSystemd(readDaemon: DaemonReader): ServiceManager {
  return {
    name: 'systemd',
    async control(service, action) {
      const command = () => systemctl(action, service);
      const report = await (service === 'keepalived'
        ? proveOutcome(action, readDaemon, command)
        : command());
      if (report.result !== 'exited' && report.result !== 'timedOut') return report;
      return { ...report, output: joinOutput(report.output, await readStatus(service)) };
    },
    readKeepalivedExit,
    isRunning,
  };
}

async function systemctl(action: ServiceAction, service: string): Promise<CommandReport> {
  const words = ['--no-ask-password', action, '--', unitName(service)];
  return reportCommand(await runCommand('systemctl', words, { timeoutMs: controlLimitMs }));
}

async function readStatus(service: string): Promise<string> {
  const words = ['status', '--no-pager', '--lines=5', '--', unitName(service)];
  return (await runCommand('systemctl', words)).stdout;
}

async function readKeepalivedExit(pid: number): Promise<KeepalivedExit | undefined> {
  const properties = '--property=ActiveState,Result,ExecMainPID';
  const answer = await runCommand('systemctl', ['show', properties, '--', unitName('keepalived')]);
  const lines = answer.stdout.split('\n');
  // Of another process, such as one that was started by hand, the unit knows nothing.
  if (!lines.includes(`ExecMainPID=${pid}`)) return undefined;
  if (lines.includes('ActiveState=failed')) return 'failed';
  if (!lines.includes('ActiveState=inactive')) return undefined;
  return lines.includes('Result=success') ? 'stopped' : 'failed';
}

async function isRunning(service: string): Promise<ServiceReport['running']> {
  const answer = await runCommand('systemctl', ['is-active', '--', unitName(service)]);
  const state = answer.stdout.trim();
  if (runningStates.includes(state)) return { known: true, running: true };
  if (stoppedStates.includes(state)) return { known: true, running: false };
  const isWord = answer.kind === 'exited' && findSignal(answer.exitCode) === undefined;
  return {
    known: false,
    reason:
      isWord && state !== '' ? `systemctl calls ${service} “${state}”.` : explainNoAnswer(answer),
  };
}
