/** Reports of servers, as the real ones are told, for the tests of what follows from them. */
import { listKnownServers } from '../../../../server/keepalived/pair/known-server.ts';
import type { KnownServer, OtherServer } from '../../../../server/keepalived/pair/known-server.ts';
import type {
  InstanceReport,
  ServerReport,
} from '../../../../server/keepalived/pair/server-report.ts';

export type Told = 'Active' | 'Standby' | 'Fault' | 'Stopped' | 'Unknown' | 'Alarm' | 'Starting';

/** A server number: its host name and its own address follow from it. */
export function instanceOf(
  number: number,
  state: Told,
  changes: Partial<InstanceReport> = {},
): InstanceReport {
  const keepalivedStates = {
    Active: 'MASTER',
    Standby: 'BACKUP',
    Fault: 'FAULT',
    Alarm: 'MASTER',
    Starting: 'INIT',
  } as const;
  // Of an instance that is unknown, its kernel is.
  const held = state === 'Unknown' ? undefined : state === 'Active';
  return {
    ...{ name: 'VI_1', state, virtualRouterId: 51, family: 'inet', version: 2 },
    keepalivedState:
      state === 'Stopped' || state === 'Unknown' ? undefined : keepalivedStates[state],
    reason: state === 'Fault' ? 'eth0 has no carrier' : undefined,
    serving: held === undefined ? 'Unknown' : held ? 'Yes' : 'No',
    addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0', held }],
    advertised: ['192.168.0.100'],
    interfaceName: 'eth0',
    interfaceAddresses: [`192.168.0.${number}/24`],
    priority: { configured: 102 - number, effective: 102 - number },
    ...{ advertIntervalMs: 1_000, authentication: 'password', nopreempt: false, unicastPeers: [] },
    inStateForMs: 3_600_000,
    isInMaintenance: false,
    watched: [],
    countsAdvertisements: true,
    hears:
      state === 'Standby'
        ? { address: `192.168.0.${3 - number}`, priority: 99 + number, heardWithinMs: 900 }
        : undefined,
    alarms: [],
    settings: [],
    secretDigests: [{ name: 'auth_pass', digest: 'same' }],
    ...changes,
  };
}

export function serverOf(
  number: number,
  state: Told,
  changes: Partial<ServerReport> = {},
  instance: Partial<InstanceReport> = {},
): ServerReport {
  return {
    hostName: `server${number}`,
    wallMs: 1_796_000_000_000,
    evidenceAgeMs: 400,
    keepalived: { state: state === 'Stopped' ? 'stopped' : 'running', version: '2.2.7' },
    startsOnBoot: true,
    editedSinceLoad: false,
    alarms: [],
    instances: [instanceOf(number, state, instance)],
    ...changes,
  };
}

export const heard = (value: ServerReport, ageMs = 500): OtherServer => ({
  ...{ name: value.hostName, isConnected: true, report: { value, ageMs } },
});
export const notHeard = (value: ServerReport, ageMs = 35_000): OtherServer => ({
  ...{ name: value.hostName, isConnected: false, report: { value, ageMs } },
});

export const known = (own: ServerReport, ...others: OtherServer[]): KnownServer[] =>
  listKnownServers(
    own,
    others.map((other) => ({ ...other, ownReport: own })),
  );
