/** What a call from the web to its agent costs, beside a bare round trip of JSON over a socket. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectClient, startSeam } from '../test/seam/in-seam.ts';
import { timeMs } from './figure.ts';
import type { Figure } from './figure.ts';

const runs = 2_000;
const value = { instanceName: 'VI_1', direction: 'in', acceptedDangers: ['it stops'] };

/** Both ends are in this process: the figures are those of both sides together. */
export async function measureSeam(): Promise<Figure[]> {
  const bareMs = await measureBare();
  const seam = await startSeam();
  const { client } = await connectClient(seam);
  const call = () => client.call('echo', { value });
  await timeMs(runs, call);
  const callMs = await timeMs(runs, call);
  client.close();
  await seam.stop();
  return [
    { name: 'a call over the seam', value: callMs, unit: 'ms', budget: 0.5 },
    { name: 'of a bare round trip of JSON over a socket', value: callMs / bareMs, unit: '×' },
  ];
}

async function measureBare(): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const socketPath = path.join(folder, 'socket');
  const answer = (data: Buffer) => JSON.stringify(JSON.parse(data.toString()));
  const server = createServer((socket) => {
    socket.on('data', (data: Buffer) => socket.write(answer(data)));
  });
  server.listen(socketPath);
  await once(server, 'listening');
  const socket = connect(socketPath);
  const call = async () => {
    socket.write(JSON.stringify(value));
    const [data] = (await once(socket, 'data')) as [Buffer];
    return JSON.parse(data.toString()) as unknown;
  };
  await timeMs(runs, call);
  const bareMs = await timeMs(runs, call);
  socket.destroy();
  server.close();
  await rm(folder, { recursive: true });
  return bareMs;
}
