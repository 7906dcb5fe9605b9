/**
 * A keepalived that lives but does not work: it is not seen by its pid, and what it holds it keeps.
 * The kernel still tells what it holds.
 */
import type { DaemonProcess, RuntimeReport } from '../proof/evidence.ts';
import { listAddresses } from './address-status.ts';
import type { AddressStatus } from './address-status.ts';

type RunningDaemon = DaemonProcess & { state: 'running' };

/** Why keepalived does not work, and the command that ends what hangs. */
export interface Hang {
  /** The end of a sentence, without a full stop. */
  cause: string;
  endCommand: string;
}

/**
 * Whether the VRRP process hangs: it is stopped, or it did not answer twice in a row. One that is
 * blocked for a moment, or slow on a busy machine, is none.
 * @param isSilent whether it was asked twice in a row without any answer
 */
export function findHang(
  { vrrpPid, halted = [] }: RunningDaemon,
  runtime: RuntimeReport | undefined,
  isSilent: boolean,
): Hang | undefined {
  if (vrrpPid === undefined) return undefined;
  const how = halted.find(({ pid }) => pid === vrrpPid)?.how;
  // keepalived starts a killed VRRP process again, and that one takes the address off the interface
  // and takes part in the election (measured, 2.2.7). A stop of the daemon would leave the address.
  const endCommand = `kill -KILL ${vrrpPid}`;
  if (how === 'stopped') {
    return {
      cause: `its VRRP process ${vrrpPid} is stopped, by a signal or a debugger`,
      endCommand,
    };
  }
  if (runtime?.ok !== false || !runtime.silent || !isSilent) return undefined;
  const doing = how === 'blocked' ? 'is blocked in the kernel' : 'gave no answer';
  return { cause: `its VRRP process ${vrrpPid} ${doing}`, endCommand };
}

/** What a hang means for one instance, and what to do, in sentences. */
export function describeHang(
  { cause, endCommand }: Hang,
  addresses: readonly AddressStatus[],
): string {
  const held = addresses.filter((address) => address.held);
  const [first] = held;
  const consequence = first
    ? `${listAddresses(held)} is still on ${first.interfaceName ?? 'an interface'}: another server may serve it too.`
    : `${listAddresses([...addresses])} is not on this server; it will not take over.`;
  const remedy = first
    ? 'keepalived then starts it again, and the address goes until it is elected.'
    : 'keepalived then starts it again.';
  return `keepalived does not answer (${cause}). ${consequence} End that process: ${endCommand}. ${remedy}`;
}
