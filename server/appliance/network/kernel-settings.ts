import { readFile } from 'node:fs/promises';
import type { KernelSettings } from '../../keepalived/proof/evidence.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';

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
  const reasons = new Set<string>();
  const readNumber = (path: string) => readSetting(path, reasons);
  /** Of these the kernel takes the larger one of `all` and the interface's own (ip-sysctl). */
  const readStricter = async (name: string): Promise<number | undefined> => {
    const values = await Promise.all(
      ['all', interfaceName].map((conf) => readNumber(`ipv4/conf/${conf}/${name}`)),
    );
    const known = values.filter((value) => typeof value === 'number');
    return known.length === 0 || values.includes('unseen') ? undefined : Math.max(...known);
  };
  const [arpIgnore, rpFilter, disableIpv6, ipNonlocalBind] = await Promise.all([
    readStricter('arp_ignore'),
    readStricter('rp_filter'),
    readNumber(`ipv6/conf/${interfaceName}/disable_ipv6`),
    readNumber('ipv4/ip_nonlocal_bind'),
  ]);
  const [unseen] = reasons;
  const numberOf = (value: Setting) => (value === 'unseen' ? undefined : value);
  return {
    ...{ interfaceName, arpIgnore, rpFilter },
    ...{ disableIpv6: numberOf(disableIpv6), ipNonlocalBind: numberOf(ipNonlocalBind) },
    ...(unseen !== undefined && { unseen }),
  };
}

/** undefined: this kernel has no such setting. */
type Setting = number | 'unseen' | undefined;

async function readSetting(name: string, reasons: Set<string>): Promise<Setting> {
  const path = `/proc/sys/net/${name}`;
  try {
    const text = await undefinedIfAbsent(path, () => readFile(path, 'utf8'));
    return text === undefined ? undefined : Number(text.trim());
  } catch (error) {
    if (!(error instanceof UnseenError)) throw error;
    reasons.add(error.message);
    return 'unseen';
  }
}
