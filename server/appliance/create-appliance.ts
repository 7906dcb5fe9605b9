import { dirname } from 'node:path';
import type { Settings } from '../settings.ts';
import { probeAddress } from './address-probe.ts';
import type { Appliance, LogFollower } from './appliance.ts';
import { askForAddress } from './ask-for-address.ts';
import { createBlindSpots } from './blind-spots.ts';
import { findBootTool } from './boot-tools/find-boot-tool.ts';
import { startCapture } from './capture.ts';
import { createConfigurationFiles } from './configuration-files.ts';
import { readConfigurationId } from './configuration-id.ts';
import { sweepTestFolders, testConfiguration } from './configuration-test.ts';
import { createDaemonReader, readInstalledVersion } from './daemon-process.ts';
import { isExecutable } from './find-executable.ts';
import { allowVrrp, removeOwnFirewallRule, withdrawVrrp } from './firewall/change-firewall.ts';
import { readFirewall } from './firewall/read-firewall.ts';
import { examineHealthcheck, probeHealthcheck } from './healthcheck-probe.ts';
import { isOwnNameAnswered, readHostName } from './host.ts';
import { readKernelSettings } from './kernel-settings.ts';
import { createLog } from './logs/create-log.ts';
import { followLog } from './logs/follow-log.ts';
import { findMissingRights } from './missing-rights.ts';
import { readDefaultRoutes, readNetwork, removeAddress } from './network.ts';
import { hasProcessConnector } from './process-events.ts';
import { sweepLeftovers } from './replace-file.ts';
import { createDumpReaders } from './runtime-dump.ts';
import { runScript } from './script-run.ts';
import { findServiceManager } from './service-managers/find-service-manager.ts';
import { readServices } from './services.ts';
import { createTrackFiles } from './track-files.ts';
import { watchAppliance } from './watch.ts';

/**
 * This machine behind the port. Finds its service manager and boot tool, and removes what a
 * crash may have left: temporary files beside the configuration files, copies of them for a test.
 */
export async function createAppliance(settings: Settings): Promise<Appliance> {
  const { configPath, pidPath, extraArguments } = settings.keepalived;
  const readDaemon = createDaemonReader(pidPath, configPath);
  const manager = await findServiceManager(settings, readDaemon);
  const bootTool = findBootTool(settings.bootTool);
  const files = createConfigurationFiles(settings);
  const trackFiles = createTrackFiles(settings.stateDirectory);
  const log = createLog(settings.log);
  const readId = () => readConfigurationId(readDaemon, extraArguments);
  const blindSpots = createBlindSpots();
  blindSpots.note('rights', findMissingRights());
  const followers = new Set<LogFollower>();
  const keep = <Kind extends LogFollower>(follower: Kind): Kind => {
    followers.add(follower);
    return follower;
  };

  const managedFiles = await files.list();
  const reachable = managedFiles.filter(({ problem }) => problem === undefined);
  const folders = new Set(reachable.map(({ path }) => dirname(path)));
  await Promise.all([...[...folders].map(sweepLeftovers), sweepTestFolders()]);

  return {
    readHostName: () => Promise.resolve(readHostName()),
    readDaemon,
    readConfigurationId: readId,
    ...createDumpReaders(readDaemon),
    readNetwork,
    readDefaultRoutes,
    isOwnNameAnswered,
    readInstalledVersion,
    readStartOnBoot: (service) => bootTool.read(service),
    probeHealthcheck: (url) => probeHealthcheck(url),
    examineHealthcheck: (url) => examineHealthcheck(url),
    startCapture(request, onBytes) {
      const capture = keep(startCapture(request, onBytes));
      const forget = () => followers.delete(capture);
      void capture.ended.then(forget, forget);
      return capture;
    },
    probeAddress,
    readKernelSettings,
    async hasProcessConnector() {
      const daemon = await readDaemon();
      return hasProcessConnector(daemon.state === 'running' ? daemon.pid : undefined);
    },
    async runScript(request) {
      const daemon = await readDaemon();
      return runScript(request, daemon.state === 'running' ? daemon.pid : undefined);
    },
    removeAddress,
    readFirewall,
    allowVrrp,
    withdrawVrrp,
    removeOwnFirewallRule,
    askForAddress,
    watch: async (onEvent) => keep(await watchAppliance(settings, onEvent, blindSpots)),
    followLog: async (onLines) => keep(await followLog(settings.log, log, onLines, blindSpots)),
    readBlindSpots: () => Promise.resolve(blindSpots.list()),

    listConfigurationFiles: files.list,
    readConfigurationFile: files.read,
    replaceConfigurationFile: files.replace,
    async testConfiguration(id, text) {
      const entry = await files.find(id);
      if (entry !== undefined) {
        return testConfiguration(configPath, entry, text, await readId());
      }
      const reason = 'There is no such configuration file (any more).';
      return { ran: false, reason, exitCode: undefined, output: '', testedPath: undefined };
    },
    isExecutable,

    prepareTrackFile: trackFiles.prepare,
    readTrackFile: trackFiles.read,
    writeTrackFile: trackFiles.write,

    readServices: () => readServices(settings.services, { manager, bootTool, readDaemon }),
    readKeepalivedExit: (pid) => manager.readKeepalivedExit(pid),
    controlService: (service, action) => manager.control(service, action),
    setStartOnBoot: (service, enabled) => bootTool.set(service, enabled),

    readLog: log.read,
    exportLog: log.export,
    readNewerLog: log.readNewer,

    async close() {
      await Promise.all([...followers].map((follower) => follower.close()));
    },
  };
}
