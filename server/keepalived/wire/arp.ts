import { formatAddress, formatMac, createDataView } from './bytes.ts';
import type { ArpMessage } from './decoded-frame.ts';
import { etherTypes } from './link-layer.ts';
import { createMalformed, createOther } from './undecodable.ts';
import type { Undecodable } from './undecodable.ts';

export type ArpFields = Pick<
  ArpMessage,
  'operation' | 'gratuitous' | 'probe' | 'senderMac' | 'senderAddress' | 'targetAddress'
>;

const messageBytes = 28;

/** Reads ARP for IPv4 over Ethernet (RFC 826); other kinds of it are `other`. */
export function readArp(bytes: Uint8Array): ArpFields | Undecodable {
  if (bytes.length < 8) return createMalformed('shorter than an ARP header');
  const view = createDataView(bytes);
  const isEthernet = view.getUint16(0) === 1 && view.getUint8(4) === 6;
  const isIpv4 = view.getUint16(2) === etherTypes.ipv4 && view.getUint8(5) === 4;
  if (!isEthernet || !isIpv4) return createOther('ARP, but not for IPv4 over Ethernet');
  if (bytes.length < messageBytes) return createMalformed('an ARP message is cut short');
  const operation = view.getUint16(6);
  if (operation !== 1 && operation !== 2) return createOther(`ARP operation ${operation}`);
  const senderAddress = formatAddress(bytes.subarray(14, 18));
  const targetAddress = formatAddress(bytes.subarray(24, 28));
  return {
    operation: operation === 1 ? 'request' : 'reply',
    gratuitous: senderAddress === targetAddress,
    probe: operation === 1 && senderAddress === '0.0.0.0',
    senderMac: formatMac(bytes.subarray(8, 14)),
    senderAddress,
    targetAddress,
  };
}
