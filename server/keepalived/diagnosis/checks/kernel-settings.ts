import type { KernelSettings } from '../../proof/evidence.ts';
import { listInWords } from '../../words.ts';
import type { CheckEvidence } from '../check.ts';
import type { InstanceView } from '../instance-view.ts';
import type { Judgement } from '../judgement.ts';
import { cannotTell, good } from '../judgement.ts';
import type { InstanceCheck } from '../setting-check.ts';

/** ip-sysctl: “do not reply for all local addresses”. */
const neverAnswers = 8;

/** Whether the kernel is set so that it keeps a virtual address from working. */
export const checkKernelSettings: InstanceCheck = (view) => {
  const settings = view.asked.kernelSettings?.find(
    ({ interfaceName }) => interfaceName === view.interfaces.base,
  );
  return {
    id: 'kernel-settings',
    title: 'Kernel settings',
    ...(settings ? judge(settings, view) : cannotTell('They have not been read.')),
    evidence: settings ? [describe(settings)] : [],
    about: { instance: view.name },
  };
};

function judge(settings: KernelSettings, view: InstanceView): Judgement {
  const { addresses } = view;
  const { interfaceName, arpIgnore, disableIpv6, ipNonlocalBind } = settings;
  // sysctl(8): in a name of a VLAN’s interface the dot is written as a slash.
  const inName = interfaceName.replaceAll('.', '/');
  const set = (words: string) =>
    `Now: sysctl -w ${words}. For good: write ${words} into a file in /etc/sysctl.d.`;
  if (arpIgnore === neverAnswers && addresses.some((address) => !address.includes(':'))) {
    return {
      verdict: 'wrong',
      sentence: `arp_ignore is ${neverAnswers}: this server never says that an address is on ${interfaceName}, so nobody finds the virtual one here.`,
      remedy: set(`net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.${inName}.arp_ignore=0`),
    };
  }
  const onLoopback = view.configured.addresses.filter(
    ({ interfaceName: own, family }) => own === 'lo' && family === 'inet',
  );
  if (onLoopback.length > 0) {
    const names = listInWords(onLoopback.map(({ address }) => address));
    return {
      verdict: 'suspicious',
      sentence: `${names} is set on lo: others reach it only while arp_ignore is 0 on ${interfaceName} (it is ${arpIgnore ?? 'not known'}), and after a failover they learn of the new server late, for keepalived’s gratuitous ARP does not leave by lo.`,
      remedy: 'Take “dev lo” out of virtual_ipaddress, unless the address is meant to be there.',
    };
  }
  if (disableIpv6 === 1 && addresses.some((address) => address.includes(':'))) {
    return {
      verdict: 'wrong',
      sentence: `IPv6 is switched off on ${interfaceName}, so its IPv6 addresses cannot be set.`,
      remedy: set(`net.ipv6.conf.${inName}.disable_ipv6=0`),
    };
  }
  if (settings.unseen !== undefined) return cannotTell(`${settings.unseen}.`);
  if (arpIgnore === undefined && disableIpv6 === undefined) {
    return cannotTell(`The kernel’s settings of ${interfaceName} could not be read.`);
  }
  return good(
    `Nothing in the kernel’s settings of ${interfaceName} is in the way.` +
      (ipNonlocalBind === 0
        ? ' A program that listens only on the virtual address can only start while the address is here, unless net.ipv4.ip_nonlocal_bind is 1.'
        : ''),
  );
}

function describe(settings: KernelSettings): CheckEvidence {
  const { interfaceName, arpIgnore, rpFilter, disableIpv6, ipNonlocalBind } = settings;
  const values = { arp_ignore: arpIgnore, rp_filter: rpFilter, disable_ipv6: disableIpv6 };
  const words = Object.entries({ ...values, ip_nonlocal_bind: ipNonlocalBind })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  return { what: words.join(', '), where: interfaceName };
}
