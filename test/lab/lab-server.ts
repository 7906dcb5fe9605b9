import { readFile, writeFile } from 'node:fs/promises';
import { createDoorway, type Doorway } from './doorway.ts';
import { eventually } from './eventually.ts';
import type { LabProcess } from './lab-process.ts';
import { createMachine, type Machine } from './machine.ts';
import { startWai } from './wai.ts';

export type ServerName = 'server1' | 'server2';

/** One of the two servers: folders, host name, log daemon and gateway of its own. */
export interface LabServer extends Machine {
  name: ServerName;
  /** Its address on eth0, without the prefix length. */
  address: string;
  /** Where this program's page on it is reached from a browser on this machine. */
  waiUrl: string;
  /** Starts this program, with settings added to those of the lab. */
  startWai(options?: { env?: Record<string, string> }): Promise<LabProcess>;
  /** Starts keepalived as a daemon, as its init script would. */
  startKeepalived(): Promise<void>;
  /** Ends it as its init script would, and waits until it has gone. */
  stopKeepalived(): Promise<void>;
  /** Waits until a process of this server has gone, by its pid in there. */
  awaitEnd(pid: string): Promise<void>;
  /** What port 8080 answers to /healthcheck from now on (with the host name), or that nothing does. */
  setGateway(answer: number | 'stopped'): Promise<void>;
  readFile(path: string): Promise<string>;
  writeFile(path: string, text: string): Promise<void>;
}

export interface LabServerOptions {
  name: ServerName;
  address: string;
  /** TCP port of waiUrl on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** The first password of `admin`. */
  adminPassword: string;
}

const gatewayPath = 'test/lab/inside/gateway.mjs';
const keepalivedPidPath = '/run/keepalived.pid';

/** A server that is not connected to anything yet, with its gateway running. */
export async function createLabServer(options: LabServerOptions): Promise<LabServer> {
  const machine = await createMachine('become-server.sh', [options.name]);
  let doorway: Doorway | undefined;
  try {
    doorway = await createDoorway(machine, options.port);
    const server = furnish(machine, doorway, options);
    await server.writeFile('/run/lab/admin-password', options.adminPassword);
    await server.setGateway(200);
    return server;
  } catch (error) {
    await doorway?.close();
    await machine.close();
    throw error;
  }
}

function furnish(machine: Machine, doorway: Doorway, options: LabServerOptions): LabServer {
  let gateway: LabProcess | undefined;
  const server: LabServer = {
    ...machine,
    name: options.name,
    address: options.address,
    waiUrl: doorway.url,
    startWai: ({ env } = {}) => startWai(server, env),
    async startKeepalived() {
      await server.run('keepalived', ['--log-detail']);
      await eventually('the pid file of keepalived', () =>
        server.readFile(keepalivedPidPath).catch(() => undefined),
      );
    },
    async stopKeepalived() {
      const pid = (await server.readFile(keepalivedPidPath)).trim();
      await server.run('kill', [pid]);
      await server.awaitEnd(pid);
    },
    async awaitEnd(pid) {
      await eventually(`the end of process ${pid}`, async () => {
        const answer = await server.run('test', ['-e', `/proc/${pid}`], { allowFailure: true });
        return answer.exitCode !== 0;
      });
    },
    async setGateway(answer) {
      await gateway?.stop();
      gateway = undefined;
      if (answer === 'stopped') return;
      gateway = await server.start(process.execPath, [gatewayPath, String(answer)]);
      await gateway.waitForOutput(/listening/);
    },
    readFile: (path) => readFile(server.outsidePath(path), 'utf8'),
    writeFile: (path, text) => writeFile(server.outsidePath(path), text),
    async close() {
      await doorway.close();
      await machine.close();
    },
  };
  return server;
}
