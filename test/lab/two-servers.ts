import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { z } from 'zod';
import { createLabServer, type LabServer, type ServerName } from './lab-server.ts';
import { createMachine, type Machine } from './machine.ts';

/**
 * Two servers on one private network, as in the manual: server1 192.168.0.10 and server2
 * 192.168.0.20 on a switch, and a client 192.168.0.1 that is the servers' default route.
 * Nothing of this machine's network, folders or host name is touched.
 */
export interface TwoServers {
  server1: LabServer;
  server2: LabServer;
  /** The password of `admin` on both. */
  adminPassword: string;
  /** The switch stops passing frames between the servers; the client still reaches both. */
  partition(): Promise<void>;
  heal(): Promise<void>;
  /** Pulls or plugs a server's network cable: eth0 loses its carrier, not its configuration. */
  setLink(name: ServerName, state: 'up' | 'down'): Promise<void>;
  /** The servers that have the address, without prefix length, on an interface. */
  addressHolders(address: string): Promise<ServerName[]>;
  /** A GET from one of the machines; undefined when there is no answer within 2 s. */
  fetchFrom(place: ServerName | 'client', url: string): Promise<HttpAnswer | undefined>;
  /** Ends everything that runs on both and removes them. May be called twice. */
  close(): Promise<void>;
}

export interface HttpAnswer {
  status: number;
  body: string;
}

export interface TwoServersOptions {
  adminPassword?: string;
  /** Ports on 127.0.0.1 for the two pages; free ones by default. */
  ports?: [number, number];
}

/** @throws when not root, or when a port is taken; then nothing is left behind. */
export async function createTwoServers(options: TwoServersOptions = {}): Promise<TwoServers> {
  const adminPassword = options.adminPassword ?? randomBytes(12).toString('base64url');
  const [port1, port2] = options.ports ?? [0, 0];
  const made: Machine[] = [];
  const keep = <Kind extends Machine>(machine: Kind): Kind => {
    made.push(machine);
    return machine;
  };
  const close = async (): Promise<void> => {
    await Promise.all(made.splice(0).map((machine) => machine.close()));
  };
  try {
    const network = keep(await createMachine('become-switch.sh'));
    const server1 = keep(
      await createLabServer({
        name: 'server1',
        address: '192.168.0.10',
        port: port1,
        adminPassword,
      }),
    );
    const server2 = keep(
      await createLabServer({
        name: 'server2',
        address: '192.168.0.20',
        port: port2,
        adminPassword,
      }),
    );
    await connectToSwitch(network, server1);
    await connectToSwitch(network, server2);
    return { server1, server2, adminPassword, close, ...operate(network, { server1, server2 }) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Plugs a cable: eth0 in the server, a port with the server's name in the switch. */
async function connectToSwitch(network: Machine, server: LabServer): Promise<void> {
  // From out here, where both process numbers mean something.
  await execa('nsenter', [
    ...['--target', String(network.pid), '--net'],
    ...['ip', 'link', 'add', server.name, 'type', 'veth'],
    ...['peer', 'name', 'eth0', 'netns', String(server.pid)],
  ]);
  await network.run('ip', ['link', 'set', server.name, 'master', 'bridge0', 'up']);
  await server.run('ip', [
    'address',
    'add',
    `${server.address}/24`,
    'broadcast',
    '+',
    'dev',
    'eth0',
  ]);
  await server.run('ip', ['link', 'set', 'eth0', 'up']);
  await server.run('ip', ['route', 'add', 'default', 'via', '192.168.0.1', 'dev', 'eth0']);
}

const addressListSchema = z.array(
  z.object({ addr_info: z.array(z.object({ local: z.string().optional() })) }),
);

function operate(
  network: Machine,
  servers: Record<ServerName, LabServer>,
): Pick<TwoServers, 'partition' | 'heal' | 'setLink' | 'addressHolders' | 'fetchFrom'> {
  const names: ServerName[] = ['server1', 'server2'];

  /** Isolated ports of a bridge pass frames to and from the bridge itself, not to each other. */
  const isolate = async (state: 'on' | 'off'): Promise<void> => {
    for (const name of names) {
      await network.run('ip', ['link', 'set', name, 'type', 'bridge_slave', 'isolated', state]);
    }
  };

  return {
    partition: () => isolate('on'),
    heal: () => isolate('off'),
    async setLink(name, state) {
      await network.run('ip', ['link', 'set', name, state]);
    },
    async addressHolders(address) {
      const holders: ServerName[] = [];
      for (const name of names) {
        const { stdout } = await servers[name].run('ip', ['-json', 'address', 'show']);
        const found = addressListSchema
          .parse(JSON.parse(stdout))
          .some((link) => link.addr_info.some(({ local }) => local === address));
        if (found) holders.push(name);
      }
      return holders;
    },
    async fetchFrom(place, url) {
      const machine = place === 'client' ? network : servers[place];
      const answer = await machine.run(
        'curl',
        ['--silent', '--insecure', '--max-time', '2', '--write-out', '\n%{http_code}', url],
        { allowFailure: true },
      );
      if (answer.exitCode !== 0) return undefined;
      const end = answer.stdout.lastIndexOf('\n');
      return { status: Number(answer.stdout.slice(end + 1)), body: answer.stdout.slice(0, end) };
    },
  };
}
