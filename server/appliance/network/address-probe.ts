import { parseCidr } from '../../keepalived/addresses/addresses.ts';
import type { AddressProbe } from '../../keepalived/proof/evidence.ts';
import { explainNoAnswer, findSignal } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';

const timeoutMs = 5000;

/**
 * Asks by ARP who has an address, from no address of ours, so that no neighbour's table changes
 * (RFC 5227, 2.1.1). Two questions, one second apart; everybody who answers is named.
 */
export async function probeAddress(interfaceName: string, address: string): Promise<AddressProbe> {
  const about = { interfaceName, address };
  const cidr = parseCidr(`${address}/32`);
  if (!cidr.ok || cidr.family !== 'inet' || !/^[\w.][\w.@-]{0,14}$/.test(interfaceName)) {
    return { ...about, ok: false, reason: 'this is not an IPv4 address on an interface' };
  }
  const result = await runCommand(
    'arping',
    ['-b', '-s', '0.0.0.0', '-c', '2', '-w', '2', '-I', interfaceName, '--', address],
    { timeoutMs },
  );
  if (result.kind === 'notFound') {
    return { ...about, ok: false, reason: 'arping is not installed (package iputils-arping)' };
  }
  const isEnded = result.kind === 'ok' || result.kind === 'exited';
  if (!isEnded || findSignal(result.exitCode) !== undefined) {
    return { ...about, ok: false, reason: explainNoAnswer(result, timeoutMs).replace(/\.$/, '') };
  }
  const answers = result.stdout.matchAll(/reply from \S+ \[([0-9A-F:]{17})\]/gi);
  const macAddresses = [...new Set(Array.from(answers, ([, mac = '']) => mac.toLowerCase()))];
  // Without an answer it ends with 1, after a failure too; only then it says nothing of probes.
  if (!/^Sent \d+ probes/m.test(result.stdout)) {
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').at(-1);
    return { ...about, ok: false, reason: said ?? 'arping did not answer' };
  }
  return { ...about, ok: true, macAddresses };
}
