import { ownerPriority } from '../addresses/owner-priority.ts';
import { setAuthentication, setInstanceValue, setVirtualAddresses } from '../config/edit/edits.ts';
import type { InstanceKeyword } from '../config/edit/edits.ts';
import { longestInterfaceName } from '../language/value-lengths.ts';
import { findAddressDoubts, judgeVirtualAddresses } from './address-rules.ts';
import type { AddressValues } from './address-rules.ts';
import { splitEntries } from './setting-field.ts';
import type { SettingEdit, SettingField, SettingSurroundings } from './setting-field.ts';
import {
  judgeAdvertInterval,
  judgeAuthentication,
  judgeInterface,
  judgePassword,
  judgeVirtualRouterId,
  wholeNumber,
} from './value-rules.ts';
import type { AuthenticationValues } from './value-rules.ts';

const writeValueOf =
  <Field extends string>(field: Field, keyword: InstanceKeyword) =>
  ({ tree, place, wanted }: SettingEdit<Record<Field, string>>) =>
    setInstanceValue(tree, place.instanceName, keyword, wanted[field]);

export const clusterFields = {
  virtualAddresses: {
    label: 'Virtual IPs',
    help: 'The addresses that both servers share, one per line, in CIDR form: 192.168.0.100/24. The same list on both servers.',
    name: 'virtual IPs',
    group: 'cluster',
    control: { kind: 'lines' },
    keywords: ['virtual_ipaddress'],
    read: ({ instance }) =>
      instance.addresses
        .filter(({ excluded }) => !excluded)
        .map(({ text }) => text)
        .join('\n'),
    judge: judgeVirtualAddresses,
    doubt: findAddressDoubts,
    write: ({ tree, place, wanted }: SettingEdit<Pick<AddressValues, 'virtualAddresses'>>) =>
      setVirtualAddresses(tree, place.instanceName, splitEntries(wanted.virtualAddresses), {
        keepsOptions: false,
      }),
    examples: ['10.64.0.1/24', '10.64.0.2/24'],
    peer: {
      must: 'unique',
      tell: ({ virtualAddresses }: Pick<AddressValues, 'virtualAddresses'>) =>
        splitEntries(virtualAddresses).join(', '),
    },
  },
  interfaceName: {
    label: 'Interface',
    help: 'Carries the virtual IPs and the advertisements between the servers.',
    name: 'interface',
    group: 'cluster',
    control: { kind: 'select', choices: 'interfaces' },
    keywords: ['interface'],
    longest: longestInterfaceName,
    read: ({ instance }) => instance.interfaceName ?? '',
    judge: judgeInterface,
    write: writeValueOf('interfaceName', 'interface'),
    examples: ['eth0', 'eth1'],
  },
  virtualRouterId: {
    label: 'Virtual Router ID',
    help: 'The number of this cluster on the network, 1 to 255. The same on both servers, different for each cluster.',
    name: 'virtual router ID',
    group: 'cluster',
    control: { kind: 'number' },
    keywords: ['virtual_router_id'],
    read: ({ instance }) => String(instance.virtualRouterId ?? ''),
    judge: judgeVirtualRouterId,
    write: writeValueOf('virtualRouterId', 'virtual_router_id'),
    examples: ['1', '2'],
    peer: { must: 'unique' },
  },
  priority: {
    label: 'Priority',
    help: 'The healthy server with the highest priority serves. Use a different value on each server.',
    name: 'priority',
    group: 'cluster',
    control: { kind: 'number' },
    keywords: ['priority'],
    read: ({ instance }) => String(instance.priority ?? ''),
    judge: wholeNumber('priority', [1, ownerPriority]),
    doubt: ({ priority }: { priority: string }) =>
      Number(priority) === ownerPriority
        ? [
            'Priority 255 means that the virtual IP is this server’s own address: no healthcheck lowers it.',
          ]
        : [],
    write: writeValueOf('priority', 'priority'),
    examples: ['1', '2'],
    peer: { must: 'different' },
  },
  advertInterval: {
    label: 'Advertisement interval (seconds)',
    help: 'The peer takes over after 3 missed advertisements. The same on both servers.',
    name: 'advertisement interval',
    group: 'cluster',
    control: { kind: 'number' },
    keywords: ['advert_int'],
    read: ({ instance }) => String(instance.advertIntervalSeconds ?? ''),
    judge: judgeAdvertInterval,
    write: writeValueOf('advertInterval', 'advert_int'),
    examples: ['1', '2'],
    peer: {
      must: 'same',
      label: 'Advertisement interval',
      tell: ({ advertInterval }: { advertInterval: string }) => `${advertInterval} s`,
    },
  },
  authentication: {
    label: 'Authentication',
    help: 'PASS separates clusters that share a virtual router ID by mistake. It is sent in clear text, so it is not a secret.',
    name: 'authentication',
    group: 'cluster',
    control: { kind: 'select', choices: 'authentication-types' },
    keywords: ['authentication', 'auth_type'],
    read: ({ instance }) => instance.authentication.type ?? '',
    judge: judgeAuthentication,
    doubt: (
      { authentication }: { authentication: string },
      { instance }: SettingSurroundings<unknown>,
    ) =>
      instance.version === 3 && authentication !== 'none'
        ? ['VRRP version 3 has no authentication: keepalived ignores this. Choose none.']
        : [],
    write: writeAuthentication,
    writtenWith: 'password',
    examples: ['PASS', 'none'],
    peer: { must: 'same' },
  },
  password: {
    label: 'Password',
    help: 'At most 8 characters, the same on both servers. Never shown. Leave it empty to keep the current password.',
    name: 'password',
    group: 'cluster',
    control: { kind: 'password' },
    keywords: ['auth_pass'],
    read: () => '',
    judge: judgePassword,
    write: writeAuthentication,
    examples: ['probe', 'probe-2'],
    peer: {
      must: 'unique',
      tell: ({ authentication }: { authentication: string }) =>
        authentication === 'none' ? undefined : 'is set, and never shown',
    },
  },
} as const satisfies Record<string, SettingField<never>>;

/** A password that is typed is one of PASS, unless the file has AH. */
function writeAuthentication({ tree, place, wanted }: SettingEdit<AuthenticationValues>) {
  const { authentication, password } = wanted;
  const type = authentication === 'none' && password !== '' ? 'PASS' : authentication;
  const isKnown = type === 'PASS' || type === 'AH';
  return setAuthentication(
    tree,
    place.instanceName,
    isKnown ? { type, password } : { type: 'none' },
  );
}
