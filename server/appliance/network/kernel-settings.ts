import { readFile } from 'node:fs/promises';
import type { KernelSettings } from '../../keepalived/proof/evidence.ts';

/** Reads what the kernel is set to on each of these interfaces, as far as the setting exists. */
export async function readKernelSettings(
  interfaceNames: readonly string[],
): Promise<KernelSettings[]> {
  return Promise.all(
    // A name with a slash or dots alone would lead elsewhere; the kernel allows neither.
    interfaceNames.filter((name) => /^[^/]+$/.test(name) && !/^\.+$/.test(name)).map(readOf),
  );
}

async function readOf(interfaceName: string): Promise<KernelSettings> {
  const [arpIgnore, rpFilter, disableIpv6, ipNonlocalBind] = await Promise.all([
    readStricter('arp_ignore', interfaceName),
    readStricter('rp_filter', interfaceName),
    readNumber(`ipv6/conf/${interfaceName}/disable_ipv6`),
    readNumber('ipv4/ip_nonlocal_bind'),
  ]);
  return { interfaceName, arpIgnore, rpFilter, disableIpv6, ipNonlocalBind };
}

/** Of these the kernel takes the larger one of `all` and the interface's own (ip-sysctl). */
async function readStricter(name: string, interfaceName: string): Promise<number | undefined> {
  const values = await Promise.all(
    ['all', interfaceName].map((conf) => readNumber(`ipv4/conf/${conf}/${name}`)),
  );
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

async function readNumber(path: string): Promise<number | undefined> {
  try {
    return Number((await readFile(`/proc/sys/net/${path}`, 'utf8')).trim());
  } catch {
    return undefined;
  }
}
