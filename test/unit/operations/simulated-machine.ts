/**
 * Real configuration files, and a keepalived that is a file: what it loaded, what it holds, what it
 * logged. A test that kills this program at every step would take minutes with the real one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Appliance, CommandReport } from '../../../server/appliance/appliance.ts';
import { createConfigurationFiles } from '../../../server/appliance/files/configuration-files.ts';
import { summarizeConfiguration } from '../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../server/keepalived/language/tree.ts';
import type { RuntimeInstance } from '../../../server/keepalived/proof/evidence.ts';
import { parseLogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';

/** A file with this word ends the simulated daemon, and leaves the addresses where they are. */
export const deadlyWord = 'eth9';
/** A file with this word puts its instances into FAULT, and the addresses off the interface. */
export const faultyWord = '# faulty';

export interface SimulatedDaemon {
  running: boolean;
  pid: number;
  /** The text that it runs; it survives its end, as addresses do. */
  loaded: string;
  held: string[];
  log: string[];
}

export const configPathOf = (folder: string): string => join(folder, 'etc/keepalived.conf');

export function readDaemonFile(folder: string): SimulatedDaemon {
  return JSON.parse(readFileSync(join(folder, 'daemon.json'), 'utf8')) as SimulatedDaemon;
}

export function writeDaemonFile(folder: string, daemon: SimulatedDaemon): void {
  writeFileSync(join(folder, 'daemon.json'), JSON.stringify(daemon));
}

/** The appliance over `folder`, which holds `etc/` and `daemon.json`. */
export function createSimulatedAppliance(folder: string): Appliance {
  const files = createConfigurationFiles(
    parseProgramOptions({ WAI_KEEPALIVED_CONFIG: configPathOf(folder) }),
  );

  async function load(word: 'reload' | 'start'): Promise<CommandReport> {
    const daemon = readDaemonFile(folder);
    const text = readFileSync(configPathOf(folder), 'utf8');
    const pid = word === 'start' ? daemon.pid + 10 : daemon.pid;
    const next = loadText({ ...daemon, pid }, text);
    // One call that a test can end the program before.
    writeFileSync(join(folder, 'daemon.next'), JSON.stringify(next));
    await rename(join(folder, 'daemon.next'), join(folder, 'daemon.json'));
    const isUp = word === 'reload' || next.running;
    const result = isUp ? 'ok' : 'exited';
    return { command: word, result, exitCode: isUp ? 0 : 2, output: '' };
  }

  const machine: Partial<Appliance> = {
    listConfigurationFiles: files.list,
    readConfigurationFile: files.read,
    replaceConfigurationFile: files.replace,
    testConfiguration: () =>
      Promise.resolve({
        ...{ ran: true, reason: undefined, exitCode: 0 },
        ...{ output: '', testedPath: undefined },
      }),
    lookUpProgram: () => Promise.resolve({ known: true, isExecutable: true }),
    hasNetworkNamespace: () => Promise.resolve(true),
    canSendFrom: (address) =>
      Promise.resolve(['10.9.0.1', ...readDaemonFile(folder).held].includes(address)),
    readConfigurationId: () => Promise.resolve('server1'),
    readServices: () => Promise.resolve([]),
    readHostName: () => Promise.resolve('server1'),
    readDefaultRoutes: () => Promise.resolve({ ok: true, interfaceNames: ['eth0'] }),
    lookUpOwnName: () => Promise.resolve({ kind: 'answered' }),
    findScriptObstacle: () => Promise.resolve(undefined),
    probeHealthcheck: ({ url }) =>
      Promise.resolve({ url, outcome: { kind: 'ok', httpStatus: 200 }, durationMs: 1 }),
    readStartOnBoot: () => Promise.resolve({ known: true, enabled: false, tool: 'chkconfig' }),
    readDaemon() {
      const { running, pid } = readDaemonFile(folder);
      const children = { vrrpPid: pid + 1, childPids: [pid + 1] };
      return Promise.resolve(
        running
          ? { state: 'running', pid, startedAtMs: 0, version: '2.2.7', ...children }
          : { state: 'stopped', stalePidFile: undefined, leftChildPids: [] },
      );
    },
    readTracking() {
      const { running, loaded } = readDaemonFile(folder);
      return Promise.resolve(
        running
          ? { ok: true, items: [], instances: runInstances(loaded) }
          : { ok: false, reason: 'keepalived is not running.' },
      );
    },
    readRuntime() {
      const { running, loaded } = readDaemonFile(folder);
      return Promise.resolve(
        running
          ? { ok: true, source: 'json', instances: runInstances(loaded) }
          : { ok: false, reason: 'keepalived is not running.' },
      );
    },
    readNetwork() {
      const addresses = ['10.9.0.1', ...readDaemonFile(folder).held].map((address) => ({
        ...{ family: 'inet' as const, address, prefixLength: 24 },
      }));
      const link = { name: 'eth0', macAddress: undefined, up: true, carrier: true };
      return Promise.resolve({ ok: true, interfaces: [{ ...link, addresses }] });
    },
    readKeepalivedExit: () => Promise.resolve(undefined),
    controlService: (_service, action) => {
      if (action === 'reload' || action === 'start') return load(action);
      throw new Error(`a change never asks for ${action}`);
    },
    readLog: () => {
      const newest = String(readDaemonFile(folder).log.length);
      return Promise.resolve({ ok: true, source: '', lines: [], reachedStart: true, newest });
    },
    readNewerLog(after) {
      const { log } = readDaemonFile(folder);
      const lines = log.slice(Number(after)).map((line) => parseLogLine(line, Date.now()));
      const newest = String(log.length);
      return Promise.resolve({ ok: true, lines, newest, hasMore: false, isGap: false });
    },
  };
  return machine as Appliance;
}

function loadText(daemon: SimulatedDaemon, text: string): SimulatedDaemon {
  const { pid } = daemon;
  const say = (line: string): string =>
    `${new Date().toISOString()} server1 Keepalived[${pid}]: ${line}`;
  if (text.includes(deadlyWord)) {
    const log = [...daemon.log, say('Reloading ...'), say('Stopped Keepalived v2.2.7')];
    return { ...daemon, running: false, log };
  }
  const held = text.includes(faultyWord) ? [] : addressesOf(text);
  const heard = summarize(text).scripts.map(({ name }) => say(`VRRP_Script(${name}) succeeded`));
  const log = [...daemon.log, say('Reloading ...'), say('Reload complete'), ...heard];
  return { running: true, pid, loaded: text, held, log };
}

const summarize = (text: string) => summarizeConfiguration(parseConfiguration(text));

export const addressesOf = (text: string): string[] =>
  summarize(text).instances.flatMap(({ addresses }) => addresses.map(({ address }) => address));

function runInstances(text: string): RuntimeInstance[] {
  const state = text.includes(faultyWord) ? 'FAULT' : 'MASTER';
  return summarize(text).instances.map(
    ({ name, virtualRouterId = 0, priority = 100, advertIntervalSeconds = 1, addresses }) => ({
      ...{ name, state, wantedState: state, interfaceName: 'eth0', virtualRouterId, version: 2 },
      ...{ basePriority: priority, effectivePriority: priority, advertIntervalSeconds },
      ...{ nopreempt: false, lastTransitionAtMs: undefined, authentication: 'none' },
      ...{ statistics: {} },
      addresses: addresses.map((one) => ({
        ...{ cidr: `${one.address}/24`, interfaceName: 'eth0', claimedSet: true },
      })),
    }),
  );
}
