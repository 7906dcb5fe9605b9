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
 * VLAN. It ends at the limits of time, packets and bytes, with `close()`, and whatever happens to
 * this program, as `timeout` ends it.
 */
export function startCapture(
  { interfaceName, addresses, seconds }: CaptureRequest,
  onBytes: (bytes: Uint8Array) => void,
): Capture {
  const filter = createFilter(addresses);
  const limit = String(Math.min(Math.max(1, Math.ceil(seconds)), longestSeconds));
  const words = [
    ...['--kill-after=1', limit, 'tcpdump', '-n', '-i', interfaceName],
    ...['-s', String(snapshotBytes), '-c', String(maxPackets)],
    ...['-U', '--immediate-mode', '-w', '-', '--', `${filter} or (vlan and (${filter}))`],
  ];
  const stream = streamCommandBytes('timeout', words, [0, timeIsOver]);
  let isWanted = true;
  const close = async () => {
    isWanted = false;
    await stream.close();
  };

  const read = async (): Promise<string | undefined> => {
    let bytes = 0;
    let isFull = false;
    for await (const chunk of stream) {
      isFull = bytes + chunk.length > maxBytes;
      if (isFull) break;
      bytes += chunk.length;
      onBytes(chunk);
    }
    // Ended half-way it has not heard what it was to hear, whatever it heard before.
    const problem = isFull || !isWanted ? undefined : await stream.problem;
    const wasWanted = isWanted;
    await close();
    if (!wasWanted || (bytes > 0 && problem === undefined)) return undefined;
    return explainEnd(stream.lastWords(), problem);
  };
  return { ended: read(), close };
}

/** The exit code of timeout(1) when the time was over. */
const timeIsOver = 124;

function createFilter(addresses: readonly string[]): string {
  const hosts = addresses
    .filter((address) => parseCidr(`${address}/32`).ok && !address.includes(':'))
    .map((address) => `arp host ${address}`);
  return [vrrp, ...hosts].join(' or ');
}

/** tcpdump prints the head of the file at once, so without it nothing was listened to. */
function explainEnd(words: string, problem: string | undefined): string {
  if (words.includes('No such file or directory') && words.includes('failed to run command')) {
    return 'tcpdump is not installed: install the package tcpdump';
  }
  const said = words.split('\n').find((line) => line.startsWith('tcpdump: '));
  const how = problem?.replace(/\.$/, '').replace('`timeout`', 'tcpdump');
  return said?.replace('tcpdump: ', '') ?? how ?? 'tcpdump exited without a message';
}
