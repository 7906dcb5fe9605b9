import { parseCidr } from '../../keepalived/addresses/addresses.ts';
import type { Capture, CaptureRequest } from '../appliance.ts';
import { streamCommandBytes } from '../commands/run-command.ts';

/** Of each packet so much is kept: the longest advertisement that keepalived sends fits. */
const snapshotBytes = 1600;
const maxPackets = 20_000;
const maxBytes = 8 * 1024 * 1024;
const longestSeconds = 300;

/** VRRP itself, and in AH (protocol 51) for those who still use it. */
const vrrp = 'ip proto 112 or ip proto 51 or ip6 proto 112 or ip6 proto 51';

/**
 * Listens with tcpdump on one interface for VRRP, and for ARP about some addresses; also inside a
 * VLAN. It ends at the limits of time, packets and bytes, with `close()`, and whatever becomes of
 * this program, as `timeout` ends it.
 */
export function startCapture(
  { interfaceName, addresses, seconds }: CaptureRequest,
  onBytes: (bytes: Uint8Array) => void,
): Capture {
  const filter = createFilter(addresses);
  const limit = String(Math.min(Math.max(1, Math.ceil(seconds)), longestSeconds));
  const stream = streamCommandBytes('timeout', [
    ...['--kill-after=1', limit, 'tcpdump', '-n', '-i', interfaceName],
    ...['-s', String(snapshotBytes), '-c', String(maxPackets)],
    ...['-U', '--immediate-mode', '-w', '-', '--', `${filter} or (vlan and (${filter}))`],
  ]);
  let isWanted = true;
  const close = async () => {
    isWanted = false;
    await stream.close();
  };

  const read = async (): Promise<string | undefined> => {
    let bytes = 0;
    for await (const chunk of stream) {
      if (bytes + chunk.length > maxBytes) break;
      bytes += chunk.length;
      onBytes(chunk);
    }
    const wasWanted = isWanted;
    await close();
    return bytes > 0 || !wasWanted ? undefined : explainEnd(stream.lastWords());
  };
  return { ended: read(), close };
}

function createFilter(addresses: readonly string[]): string {
  const hosts = addresses
    .filter((address) => parseCidr(`${address}/32`).ok && !address.includes(':'))
    .map((address) => `arp host ${address}`);
  return [vrrp, ...hosts].join(' or ');
}

/** tcpdump prints the head of the file at once, so without it nothing was listened to. */
function explainEnd(words: string): string {
  if (words.includes('No such file or directory') && words.includes('failed to run command')) {
    return 'tcpdump is not installed: install the package tcpdump';
  }
  const said = words.split('\n').find((line) => line.startsWith('tcpdump: '));
  return said?.replace('tcpdump: ', '') ?? 'tcpdump ended without a word';
}
