import { execa } from 'execa';
import type { LabServer, ServerName } from './lab-server.ts';
import { createMachine, type Machine } from './machine.ts';

/** The switch between the servers, which is also the client at 192.168.0.1 and their way out. */
export interface Switch extends Machine {
  /** Plugs a cable: eth0 in the server, a port with the server's name in the switch. */
  connect(server: LabServer): Promise<void>;
  /** Whether frames pass between the servers; the client reaches both in either case. */
  setPartition(state: 'on' | 'off'): Promise<void>;
  /** Pulls or plugs a server's cable: eth0 loses its carrier, not its configuration. */
  setLink(name: ServerName, state: 'up' | 'down'): Promise<void>;
}

export async function createSwitch(): Promise<Switch> {
  const machine = await createMachine('become-switch.sh');
  const ports: ServerName[] = [];
  return {
    ...machine,
    async connect(server) {
      const { name, address, pid } = server;
      // From out here, where both process numbers mean something.
      await execa('nsenter', [
        ...['--target', String(machine.pid), '--net'],
        ...[
          'ip',
          'link',
          'add',
          name,
          'type',
          'veth',
          'peer',
          'name',
          'eth0',
          'netns',
          String(pid),
        ],
      ]);
      await machine.run('ip', ['link', 'set', name, 'master', 'bridge0', 'up']);
      await server.run('ip', ['address', 'add', `${address}/24`, 'broadcast', '+', 'dev', 'eth0']);
      await server.run('ip', ['link', 'set', 'eth0', 'up']);
      await server.run('ip', ['route', 'add', 'default', 'via', '192.168.0.1', 'dev', 'eth0']);
      ports.push(name);
    },
    async setPartition(state) {
      // Isolated ports pass frames to and from the bridge itself, not to each other.
      for (const port of ports) {
        await machine.run('ip', ['link', 'set', port, 'type', 'bridge_slave', 'isolated', state]);
      }
    },
    async setLink(name, state) {
      await machine.run('ip', ['link', 'set', name, state]);
    },
  };
}
