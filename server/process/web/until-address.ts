import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../shared/error-code.ts';

const firstPauseMs = 250;
const longestPauseMs = 3_000;

/** What may come later: an address by DHCP, a virtual IP, a name server. */
const comesLater = new Set(['EADDRNOTAVAIL', 'EAI_AGAIN', 'ENOTFOUND']);

/**
 * Waits, for ever, until one can listen on an address.
 * @param host an address, or a name
 * @param onWait called once, if it is not there at once
 */
export async function untilAddress(host: string, onWait: () => Promise<void>): Promise<void> {
  if (await isAddressHere(host)) return;
  await onWait();
  for (let pauseMs = firstPauseMs; !(await isAddressHere(host));) {
    await sleep(pauseMs);
    pauseMs = Math.min(1.5 * pauseMs, longestPauseMs);
  }
}

/** Whether one can listen there, as far as the address is concerned; on any port, so it needs no right. */
export async function isAddressHere(host: string): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ host, port: 0 }), 'listening');
    return true;
  } catch (error) {
    // Whoever listens says what else is wrong.
    return !comesLater.has(errorCode(error));
  } finally {
    server.close();
  }
}
