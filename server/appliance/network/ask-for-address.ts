import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AddressAnswer } from '../appliance.ts';
import { runCommand } from '../commands/run-command.ts';

/** RFC 863: what arrives there is thrown away, if anybody listens at all. */
const discardPort = 9;
const pollMs = 10;
/** On one network an answer takes a millisecond or less. */
const patienceMs = 120;

const neighboursSchema = z.array(
  z.object({ lladdr: z.string().optional(), state: z.array(z.string()).default([]) }),
);

/**
 * Asks the network who has an address, by ARP or neighbour discovery: the kernel's own question, made
 * anew for a datagram that goes there. No firewall of the other server keeps it from answering.
 * Takes up to 0.2 s. An address that this machine has itself is not answered for.
 */
export async function askForAddress(
  interfaceName: string,
  address: string,
): Promise<AddressAnswer> {
  const family = isIP(address);
  if (family === 0 || !/^[\w.][\w.@-]{0,14}$/.test(interfaceName)) return { answered: false };
  const place = [address, 'dev', interfaceName];
  // What was known of it, however new, is of the time before.
  await runCommand('ip', [`-${family}`, 'neigh', 'del', ...place], { timeoutMs: 1_000 });
  await sendDatagram(family === 4 ? 'udp4' : 'udp6', address, interfaceName);
  const deadlineMs = performance.now() + patienceMs;
  do {
    const { stdout } = await runCommand(
      'ip',
      [`-${family}`, '-j', 'neigh', 'show', 'to', ...place],
      { timeoutMs: 1_000 },
    );
    const macAddress = findMacAddress(stdout);
    if (macAddress !== undefined) return { answered: true, macAddress };
    await sleep(pollMs);
  } while (performance.now() < deadlineMs);
  return { answered: false };
}

function findMacAddress(output: string): string | undefined {
  const neighbours = neighboursSchema.safeParse(output.trim() === '' ? [] : JSON.parse(output));
  return neighbours.data?.find(({ state }) => !state.includes('FAILED'))?.lladdr;
}

/** Whether it arrives does not matter, nor that it cannot be sent. */
async function sendDatagram(type: 'udp4' | 'udp6', address: string, interfaceName: string) {
  const socket = createSocket(type);
  const target = /^fe80:/i.test(address) ? `${address}%${interfaceName}` : address;
  await new Promise<void>((resolve) => {
    socket.once('error', () => {
      resolve();
    });
    socket.send('?', discardPort, target, () => {
      resolve();
    });
  });
  socket.close();
}
