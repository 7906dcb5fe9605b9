/** What is wrong with the machine or with several instances at once. */
import type { ConfigurationSummary } from '../../config/questions.ts';
import type {
  BootSetting,
  DaemonProcess,
  HaltedProcess,
  LostPidFile,
  RuntimeInstance,
  RuntimeReport,
} from '../../proof/evidence.ts';
import type { ConfigurationEvidence } from '../status-model.ts';
import { raise } from './alarm-codes.ts';
import type { Alarm } from './alarm-codes.ts';

/** Members of a sync group follow each other within milliseconds; a dump may see them between. */
const syncPatienceMs = 2_000;

export interface MachineCase {
  daemon: DaemonProcess | undefined;
  runtime: RuntimeReport | undefined;
  blindSpots: readonly string[];
  startOnBoot: BootSetting;
  configuration: ConfigurationEvidence | undefined;
  /** Without it nothing is missing yet. */
  wasConfigurationAsked: boolean;
  running: RuntimeInstance[];
  /** How long the instances have been in their states. */
  statesForMs: number;
}

export function judgeMachine(machine: MachineCase): Alarm[] {
  const { daemon, startOnBoot, configuration, running, statesForMs } = machine;
  const alarms: Alarm[] = judgeWitnesses(machine);
  if (daemon?.state === 'stopped' && daemon.stalePidFile) {
    alarms.push(raise('stale-pid-file', describeStalePidFile(daemon.stalePidFile)));
  }
  if (daemon?.state === 'running' && daemon.lostPidFile) {
    alarms.push(raise('pid-file-lost', describeLostPidFile(daemon.pid, daemon.lostPidFile)));
  }
  if (daemon?.state === 'stopped' && daemon.leftChildPids.length > 0) {
    const pids = daemon.leftChildPids.join(', ');
    alarms.push(
      raise(
        'left-children',
        `keepalived has exited, but its process ${pids} has not: it may still serve the addresses, and keepalived does not start beside it. It should end within a second; if not, end it with kill.`,
      ),
    );
  }
  if (daemon?.state === 'running' && startOnBoot.known && !startOnBoot.enabled) {
    alarms.push(
      raise(
        'not-started-on-boot',
        'keepalived is running but will not start at boot: after a restart this server takes no part. See Bootup and Shutdown.',
      ),
    );
  }
  if (daemon?.state === 'running' && configuration?.ok && configuration.editedSinceLoad) {
    alarms.push(
      raise(
        'edited-since-load',
        `The configuration file was edited since keepalived loaded it: what runs is not what the file says. ${adviseReload(configuration.summary, running)}`,
      ),
    );
  }
  if (daemon?.state === 'running' && machine.wasConfigurationAsked && !configuration?.ok) {
    const problem = configuration
      ? `cannot be read: ${configuration.reason}`
      : 'was not read recently';
    alarms.push(
      raise(
        'configuration-unread',
        `The configuration file ${problem}. keepalived runs on with what it loaded before. After a restart it may not serve: make the file readable, or restore it on the page Versions.`,
      ),
    );
  }
  if (configuration?.ok && statesForMs >= syncPatienceMs) {
    for (const sentence of findSplitGroups(configuration.summary, running)) {
      alarms.push(raise('sync-group-split', sentence));
    }
  }
  return alarms;
}

/** A reload of such a file would cost addresses, so it is not what to do next. */
function adviseReload(summary: ConfigurationSummary, running: readonly RuntimeInstance[]): string {
  const kept = new Set(summary.instances.map(({ name }) => name));
  const lost = running.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
  const [problem] = summary.problems;
  if (lost.length > 0) {
    return `The file no longer has ${lost.join(', ')}: after a reload or a restart this server would not serve it. Check the file in Edit Config Files, or restore an older one on the page Versions.`;
  }
  if (problem) {
    return `Do not reload yet, line ${problem.line} is wrong: ${problem.message} Correct it in Edit Config Files.`;
  }
  return 'Review the changes in Edit Config Files, which checks them. Click Reload keepalived to load them.';
}

/** What this program can’t see, or sees less well than it should. */
function judgeWitnesses({ daemon, runtime, blindSpots }: MachineCase): Alarm[] {
  const alarms = blindSpots.map((sentence) => raise('witness-blind', sentence));
  if (daemon?.state === 'unknown') {
    alarms.push(
      raise(
        'daemon-unseen',
        `Can’t tell whether keepalived is running: ${daemon.reason}. Until then this page starts, stops and changes nothing.`,
      ),
    );
  }
  if (daemon?.state === 'running' && daemon.halted?.some(isStoppedMain(daemon.pid))) {
    alarms.push(
      raise(
        'main-process-stopped',
        `keepalived’s main process ${daemon.pid} is stopped, by a signal or a debugger: reload and stop do nothing until it is continued: kill -CONT ${daemon.pid}`,
      ),
    );
  }
  if (runtime?.ok && runtime.impediment !== undefined) {
    alarms.push(
      raise(
        'dump-in-the-way',
        `keepalived’s state is read from its text dump, without its counters. ${runtime.impediment}`,
      ),
    );
  }
  return alarms;
}

const isStoppedMain =
  (mainPid: number) =>
  ({ pid, how }: HaltedProcess): boolean =>
    pid === mainPid && how === 'stopped';

function describeStalePidFile({
  path,
  pid,
  otherProgram,
}: NonNullable<(DaemonProcess & { state: 'stopped' })['stalePidFile']>): string {
  if (pid === 0) return `${path} holds no process ID: keepalived crashed or was killed.`;
  if (otherProgram === undefined) {
    return `${path} names process ${pid}, which does not exist: keepalived crashed or was killed.`;
  }
  return `${path} names process ${pid}, which is ${otherProgram}: keepalived will refuse to start until the file is removed.`;
}

function describeLostPidFile(mainPid: number, { path, pid, ownPath }: LostPidFile): string {
  const names = pid === 0 ? 'holds no process id' : `names process ${pid ?? ''} instead`;
  const problem = pid === undefined ? 'does not exist' : names;
  const found = `keepalived runs as process ${mainPid}, but its pid file ${path} ${problem}. Do not start keepalived by other means: without the pid file nothing keeps a second one from serving the same addresses.`;
  return ownPath === undefined
    ? `${found} Write the file again: echo ${mainPid} > ${path}`
    : `${found} This keepalived has written ${ownPath}: set WAI_KEEPALIVED_PID=${ownPath} and restart this program.`;
}

function findSplitGroups({ syncGroups }: ConfigurationSummary, running: RuntimeInstance[]) {
  return syncGroups.flatMap(({ name, instanceNames }) => {
    const members = running.filter((instance) => instanceNames.includes(instance.name));
    if (new Set(members.map(({ state }) => state)).size < 2) return [];
    const states = members.map((member) => `${member.name} is ${member.state}`).join(', ');
    return [
      `The instances of the sync group ${name} should be in one state, but ${states}. Check the log, then reload or restart keepalived.`,
    ];
  });
}
