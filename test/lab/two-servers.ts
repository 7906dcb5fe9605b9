import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { createLabServer, type LabServer, type ServerName } from './lab-server.ts';
import type { Machine } from './machine.ts';
import { createSwitch, type Switch } from './switch.ts';

/**
 * Two servers on one private network, as in the manual: server1 192.168.0.10 and server2
 * 192.168.0.20 on a switch, and a client 192.168.0.1 that is the servers' default route.
 * Nothing of this machine's network, folders or host name is touched.
 */
export interface TwoServers {
  server1: LabServer;
  server2: LabServer;
  /** What is between them; its own address is the client's. */
  network: Switch;
  /** The password of `admin` on both. */
  adminPassword: string;
  /** The servers that have the IPv4 address, without prefix length, on an interface that is up. */
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
  /** Default: a random one. */
  adminPassword?: string;
  /** Ports on 127.0.0.1 for the two pages; free ones by default. */
  ports?: [number, number];
}

/** @throws when not root, or when a port is taken; then nothing is left behind. */
export async function createTwoServers(options: TwoServersOptions = {}): Promise<TwoServers> {
  const { adminPassword = randomBytes(12).toString('base64url'), ports = [0, 0] } = options;
  const machines: Machine[] = [];
  const keep = <Kind extends Machine>(machine: Kind): Kind => {
    machines.push(machine);
    return machine;
  };
  const close = async (): Promise<void> => {
    await Promise.all(machines.splice(0).map((machine) => machine.close()));
  };
  const createServer = async (name: ServerName, address: string, port: number) =>
    keep(await createLabServer({ name, address, port, adminPassword }));

  try {
    const network = keep(await createSwitch());
    const server1 = await createServer('server1', '192.168.0.10', ports[0]);
    const server2 = await createServer('server2', '192.168.0.20', ports[1]);
    await network.connect(server1);
    await network.connect(server2);
    return {
      ...{ server1, server2, network, adminPassword, close },
      async addressHolders(address) {
        const answers = await Promise.all([
          hasAddress(server1, address),
          hasAddress(server2, address),
        ]);
        return [server1.name, server2.name].filter((_, index) => answers[index]);
      },
      fetchFrom: (place, url) => fetchFrom({ server1, server2, client: network }[place], url),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The kernel's own table, for to start an `ip` in there, again and again, costs a hundred times more. */
async function hasAddress({ pid }: Machine, address: string): Promise<boolean> {
  if (isIPv6(address)) {
    const digits = Buffer.from(ipaddr.parse(address).toByteArray()).toString('hex');
    return (await readFile(`/proc/${pid}/net/if_inet6`, 'utf8')).includes(digits);
  }
  const routes = await readFile(`/proc/${pid}/net/fib_trie`, 'utf8');
  const own = new RegExp(`-- ${address.replaceAll('.', '\\.')}\\n(?: +/.*\\n)*? +/32 host LOCAL`);
  return own.test(routes);
}

async function fetchFrom(machine: Machine, url: string): Promise<HttpAnswer | undefined> {
  const { exitCode, stdout } = await machine.run(
    'curl',
    ['--silent', '--insecure', '--max-time', '2', '--write-out', '\n%{http_code}', url],
    { allowFailure: true },
  );
  if (exitCode !== 0) return undefined;
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}
