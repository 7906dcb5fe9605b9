import { access } from 'node:fs/promises';
import type { IpvsLook } from '../appliance.ts';
import { explainNoAnswer } from '../commands/command-report.ts';
import { runCommand } from '../commands/run-command.ts';
import { useIfUnseen, undefinedIfAbsent } from '../unseen-error.ts';

/**
 * Whether keepalived can balance load here: the kernel has IPVS, or a module for it that keepalived
 * loads by modprobe(8). In a container a module of the host may be missed: it counts as absent.
 */
export async function lookForIpvs(): Promise<IpvsLook> {
  const isLoaded = await undefinedIfAbsent('IPVS', async () => {
    await access('/proc/net/ip_vs');
    return true;
  }).catch(useIfUnseen(undefined));
  if (isLoaded === true) return { kind: 'available' };
  const result = await runCommand('modprobe', ['--dry-run', '--quiet', 'ip_vs'], {
    timeoutMs: 2_000,
  });
  if (result.kind === 'ok') return { kind: 'available' };
  return result.kind === 'exited' && result.exitCode === 1
    ? { kind: 'absent' }
    : { kind: 'unseen', reason: explainNoAnswer(result) };
}
