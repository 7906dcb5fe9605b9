import { dirname, join } from 'node:path';
import type { ProgramOptions } from '../program-options.ts';
import { readHostName } from '../shared/own-hosts.ts';
import type { Appliance, LogFollower } from './appliance.ts';
import { lookUpProgram } from './commands/find-executable.ts';
import { sweepTestFolders, testConfiguration } from './configuration-test/configuration-test.ts';
import { createConfigurationIdReader } from './daemon/configuration-id.ts';
import { createDaemonReader, readInstalledVersion } from './daemon/daemon-process.ts';
import { hasProcessConnector } from './daemon/process-events.ts';
import { createDumpReaders } from './daemon/runtime-dump.ts';
import { createConfigurationFiles } from './files/configuration-files.ts';
import type { ConfigurationFiles } from './files/configuration-files.ts';
import { removeUnfinishedReplacements } from './files/replace-file.ts';
import { createTrackFiles } from './files/track-files.ts';
import { addVrrpRules, removeRuleByCommand, removeVrrpRules } from './firewall/change-firewall.ts';
import { readFirewall } from './firewall/read-firewall.ts';
import { examineHealthcheck, probeHealthcheck } from './healthcheck/healthcheck-probe.ts';
import { lookUpOwnName } from './host.ts';
import { createLog } from './logs/create-log.ts';
import { followLog } from './logs/follow-log.ts';
import { findMissingRights } from './missing-rights.ts';
import { probeAddress } from './network/address-probe.ts';
import { askForAddress } from './network/ask-for-address.ts';
import { startCapture } from './network/capture.ts';
import { lookForIpvs } from './network/ipvs.ts';
import { readKernelSettings } from './network/kernel-settings.ts';
import { hasNetworkNamespace } from './network/network-namespace.ts';
import { readDefaultRoutes, readNetwork, removeAddress } from './network/network.ts';
import { canSendFrom } from './network/sending-address.ts';
import { findScriptObstacle } from './scripts/script-file.ts';
import { runScript } from './scripts/script-run.ts';
import { findBootTool } from './services/boot-tools/find-boot-tool.ts';
import { findServiceManager } from './services/service-managers/find-service-manager.ts';
import { readServices } from './services/services.ts';
import { createBlindSpots } from './watch/blind-spots.ts';
import { watchAppliance } from './watch/watch.ts';

/**
 * This machine behind the port. Finds its service manager and boot tool, and removes what a
 * crash may have left: temporary files beside the configuration files, copies of them for a test.
 * @param role `guest`: a command beside the program that serves; it removes nothing, for that one may
 * just be writing it
 */
export async function createAppliance(
  options: ProgramOptions,
  role: 'owner' | 'guest' = 'owner',
): Promise<Appliance> {
  const { configPath, pidPath, extraArguments } = options.keepalived;
  const readDaemon = createDaemonReader(pidPath, configPath);
  const manager = await findServiceManager(options, readDaemon);
  const bootTool = findBootTool(options.bootTool);
  const files = createConfigurationFiles(options);
  const trackFiles = createTrackFiles(options.stateDirectory);
  const dumps = createDumpReaders(readDaemon, join(options.runtimeDirectory, 'dump-turn'));
  const log = createLog(options.log);
  const readId = createConfigurationIdReader(readDaemon, extraArguments);
  const blindSpots = createBlindSpots();
  blindSpots.note('rights', findMissingRights());
  const followers = new Set<LogFollower>();
  const keep = <Kind extends LogFollower>(follower: Kind): Kind => {
    followers.add(follower);
    return follower;
  };

  if (role === 'owner') await sweep(files);

  return {
    readHostName: () => Promise.resolve(readHostName()),
    readDaemon,
    readConfigurationId: readId,
    readRuntime: dumps.readRuntime,
    readTracking: async () => trackFiles.markOwn(await dumps.readTracking()),
    readNetwork,
    readDefaultRoutes,
    lookUpOwnName,
    lookForIpvs,
    readInstalledVersion,
    readStartOnBoot: (service) => bootTool.read(service),
    probeHealthcheck: (request) => probeHealthcheck(request),
    examineHealthcheck: (request) => examineHealthcheck(request),
    startCapture(request, onBytes) {
      const capture = keep(startCapture(request, onBytes));
      const forget = () => followers.delete(capture);
      void capture.ended.then(forget, forget);
      return capture;
    },
    probeAddress,
    readKernelSettings,
    async findScriptObstacle(file) {
      const daemon = await readDaemon();
      return findScriptObstacle(file, daemon.state === 'running' ? daemon.pid : undefined);
    },
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
    allowVrrp: addVrrpRules,
    withdrawVrrp: removeVrrpRules,
    removeOwnFirewallRule: removeRuleByCommand,
    askForAddress,
    watch: async (onEvent) => keep(await watchAppliance(options, onEvent, blindSpots)),
    followLog: async (onLines) => keep(await followLog(options.log, log, onLines, blindSpots)),
    readBlindSpots: () => Promise.resolve(blindSpots.list()),

    listConfigurationFiles: files.list,
    readConfigurationFile: files.read,
    replaceConfigurationFile: files.replace,
    async testConfiguration(id, text) {
      const entry = await files.find(id);
      if (entry !== undefined) {
        return testConfiguration(configPath, entry, text, await readId());
      }
      const reason = 'There is no such configuration file.';
      return { ran: false, reason, exitCode: undefined, output: '', testedPath: undefined };
    },
    lookUpProgram,
    hasNetworkNamespace,
    canSendFrom,

    prepareTrackFile: trackFiles.prepare,
    readTrackFile: trackFiles.read,
    writeTrackFile: trackFiles.write,

    readServices: () => readServices(options.services, { manager, bootTool, readDaemon }),
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

async function sweep(files: ConfigurationFiles): Promise<void> {
  const managedFiles = await files.list();
  const reachable = managedFiles.filter(({ problem }) => problem === undefined);
  const folders = new Set(reachable.map(({ path }) => dirname(path)));
  await Promise.all([...[...folders].map(removeUnfinishedReplacements), sweepTestFolders()]);
}
