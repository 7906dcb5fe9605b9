import type { AddressEvidence } from '../../../../server/keepalived/addresses/address-places.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkAddress, VrrpState } from '../../../../server/keepalived/proof/evidence.ts';
import { parseVirtualAddress } from '../../../../server/keepalived/runtime/dump/virtual-address.ts';

export const configuration = (address: string, priority = 101) =>
  summarizeConfiguration(
    parseConfiguration(
      `vrrp_instance VI_1 {\n interface eth0\n priority ${priority}\n virtual_ipaddress {\n ${address}\n }\n}`,
    ),
  );

/** @param held `10.9.0.1/24 dev eth0 [label eth0:1]` */
export function witnesses(
  state: VrrpState,
  claimed: string[],
  held: string[],
  lastTransitionAtMs?: number,
): AddressEvidence {
  const places = held.map((text) => text.split(/[/ ]/));
  const interfaces = ['lo', 'eth0', 'eth1', 'vmac10'].map((name) => ({
    ...{ name, macAddress: undefined, up: true, carrier: true },
    addresses: places
      .filter((words) => words[3] === name)
      .map(([address = '', length, , , , label]): NetworkAddress => ({
        ...{ family: 'inet', address, prefixLength: Number(length) },
        ...(label !== undefined && { label }),
      })),
  }));
  return {
    network: { ok: true, interfaces },
    runtime: {
      ...{ ok: true, source: 'json' },
      instances: [
        {
          ...{ name: 'VI_1', state, wantedState: state, interfaceName: 'eth0' },
          ...{ virtualRouterId: 51, version: 2, basePriority: 101, effectivePriority: 101 },
          ...{ advertIntervalSeconds: 1, nopreempt: false, lastTransitionAtMs },
          ...{ authentication: 'none', statistics: {} },
          addresses: claimed.map(parseVirtualAddress),
        },
      ],
    },
  };
}
