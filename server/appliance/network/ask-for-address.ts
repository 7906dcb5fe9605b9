import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AddressAnswer } from '../appliance.ts';
import { explainNoAnswer, joinOutput } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';
import { explainCode } from '../unseen-error.ts';
import { askIp } from './ask-ip.ts';

/** RFC 863: what arrives there is thrown away, if anybody listens at all. */
const discardPort = 9;
const pollMs = 10;
/** On one network an answer takes a millisecond or less. */
const getSilenceLimitMs = 120;
/** Of each command. */
const timeoutMs = 1_000;

const neighboursSchema = z.array(
  z.object({ lladdr: z.string().optional(), state: z.array(z.string()).default([]) }),
);

/**
 * Asks the network who has an address, by ARP or neighbour discovery: the kernel's own question, made
 * again for a datagram that goes there. No firewall of the other server keeps it from answering.
 * Takes up to 0.2 s. An address that this machine has itself is not answered for.
 * @returns “unseen” where the question could not be asked, or the kernel's answer not read
 */
export async function askForAddress(
  interfaceName: string,
  address: string,
): Promise<AddressAnswer> {
  const family = isIP(address);
  if (family === 0 || !/^[\w.][\w.@-]{0,14}$/.test(interfaceName)) {
    return { kind: 'unseen', reason: `${address} on ${interfaceName} cannot be probed.` };
  }
  const place = [address, 'dev', interfaceName];
  const forgotten = await forgetNeighbour(`-${family}`, place);
  if (forgotten !== undefined) return { kind: 'unseen', reason: forgotten };
  const code = await sendDatagram(family === 4 ? 'udp4' : 'udp6', address, interfaceName);
  const deadlineMs = performance.now() + getSilenceLimitMs;
  do {
    const question = [`-${family}`, 'neigh', 'show', 'to', ...place];
    const neighbours = await askIp(question, neighboursSchema, timeoutMs);
    if (!neighbours.ok) return { kind: 'unseen', reason: neighbours.reason };
    const found = neighbours.value.find(({ state }) => !state.includes('FAILED'));
    if (found?.lladdr !== undefined) return { kind: 'answered', macAddress: found.lladdr };
    await sleep(pollMs);
  } while (performance.now() < deadlineMs);
  if (code === undefined) return { kind: 'silent' };
  return {
    ...{ kind: 'unseen' },
    reason: `Could not probe the network for ${address}: ${explainCode(code)}.`,
  };
}

/**
 * What was known of a neighbour, however new, is of the time before.
 * @returns why it is still known; undefined: it is not
 */
async function forgetNeighbour(family: string, place: string[]): Promise<string | undefined> {
  const words = [family, 'neigh', 'del', ...place];
  const result = await runCommand('ip', words, { timeoutMs });
  if (result.kind === 'ok') return undefined;
  const isUnknown = joinOutput(result.stderr).includes('No such file or directory');
  if (result.kind === 'exited' && isUnknown) return undefined;
  return explainNoAnswer(result, timeoutMs);
}

/**
 * Whether it arrives does not matter.
 * @returns the system's code where it could not even be sent: then nobody was asked
 */
async function sendDatagram(
  type: 'udp4' | 'udp6',
  address: string,
  interfaceName: string,
): Promise<string | undefined> {
  const socket = createSocket(type);
  const target = /^fe80:/i.test(address) ? `${address}%${interfaceName}` : address;
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    socket.once('error', resolve);
    socket.send('?', discardPort, target, resolve);
  });
  socket.close();
  return error === null ? undefined : (error.code ?? error.message);
}
