import { createHash } from 'node:crypto';
import type { Appliance } from '../../../server/appliance/appliance.ts';
import type { NetworkReport, RuntimeInstance } from '../../../server/keepalived/proof/evidence.ts';

/** A machine with eth0 192.168.0.10/24 and this live file, whose keepalived runs these instances. */
export function createSampleMachine(text: string, running: RuntimeInstance[] | 'stopped') {
  const path = '/etc/keepalived/keepalived.conf';
  const content = {
    ok: true as const,
    ...{ id: 'live', path, text, modifiedAtMs: 0, mode: 0o600 },
    tag: createHash('sha256').update(text).digest('hex'),
  };
  const network: NetworkReport = {
    ok: true,
    interfaces: [
      {
        name: 'eth0',
        macAddress: undefined,
        up: true,
        carrier: true,
        addresses: [{ family: 'inet', address: '192.168.0.10', prefixLength: 24 }],
      },
    ],
  };
  const machine: Partial<Appliance> = {
    listConfigurationFiles: () =>
      Promise.resolve([{ id: 'live', role: 'live', path, exists: true }]),
    readConfigurationFile: () => Promise.resolve(content),
    readNetwork: () => Promise.resolve(network),
    readDefaultRoutes: () => Promise.resolve({ ok: true, interfaceNames: ['eth0'] }),
    readHostName: () => Promise.resolve('server1'),
    lookUpOwnName: () => Promise.resolve({ kind: 'answered' }),
    lookForIpvs: () => Promise.resolve({ kind: 'available' }),
    readConfigurationId: () => Promise.resolve('server1'),
    readDaemon: () =>
      Promise.resolve(
        running === 'stopped'
          ? { state: 'stopped', stalePidFile: undefined, leftChildPids: [] }
          : {
              state: 'running',
              pid: 100,
              startedAtMs: 0,
              version: '2.2.7',
              vrrpPid: 101,
              childPids: [101],
            },
      ),
    readTracking: () => Promise.resolve({ ok: true, items: [] }),
    readRuntime: () =>
      Promise.resolve({
        ok: true,
        source: 'json',
        instances: running === 'stopped' ? [] : running,
      }),
  };
  return machine as Appliance;
}

/** VI_1 of the settings' sample configuration, as keepalived tells of it. */
export function sampleRuntime(changes: Partial<RuntimeInstance> = {}): RuntimeInstance {
  return {
    name: 'VI_1',
    state: 'MASTER',
    wantedState: 'MASTER',
    interfaceName: 'eth0',
    virtualRouterId: 51,
    version: 2,
    basePriority: 101,
    effectivePriority: 101,
    advertIntervalSeconds: 1,
    nopreempt: false,
    lastTransitionAtMs: undefined,
    authentication: 'password',
    addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0', claimedSet: true }],
    statistics: {},
    ...changes,
  };
}
