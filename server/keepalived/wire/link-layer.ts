import { formatMac, createDataView } from './bytes.ts';
import { createMalformed, createOther } from './undecodable.ts';
import type { Undecodable } from './undecodable.ts';

export const etherTypes = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

export interface LinkLayer {
  etherType: number;
  payload: Uint8Array;
  sourceMac: string | undefined;
  vlanIds: number[];
  outgoing: boolean | undefined;
  /** The kernel's number of the interface; only Linux cooked version 2 has it. */
  interfaceIndex: number | undefined;
}

const macBytes = 6;
const vlanEtherTypes = new Set([0x8100, 0x88a8, 0x9100]);
/** Two are usual; more than these are an attack or a mistake. */
const maximumVlanTags = 4;
/** PACKET_OUTGOING (packet(7)). */
const outgoingPacketType = 4;

/**
 * Reads the link layer by the capture's link type: Ethernet, Linux cooked 1 and 2 (the “any”
 * device), raw IP (https://www.tcpdump.org/linktypes.html).
 */
export function readLinkLayer(linkType: number, bytes: Uint8Array): LinkLayer | Undecodable {
  switch (linkType) {
    case 1:
      return readEthernet(bytes);
    case 113:
      return readCooked1(bytes);
    case 276:
      return readCooked2(bytes);
    case 101:
    case 228:
    case 229:
      return readRawIp(bytes);
    default:
      return createOther(`link type ${linkType} is not read`);
  }
}

function readEthernet(bytes: Uint8Array): LinkLayer | Undecodable {
  if (bytes.length < 14) return createMalformed('shorter than an Ethernet header');
  return skipVlanTags({
    etherType: createDataView(bytes).getUint16(12),
    payload: bytes.subarray(14),
    sourceMac: formatMac(bytes.subarray(macBytes, 2 * macBytes)),
    vlanIds: [],
    outgoing: undefined,
    interfaceIndex: undefined,
  });
}

function readCooked1(bytes: Uint8Array): LinkLayer | Undecodable {
  if (bytes.length < 16) return createMalformed('shorter than a Linux cooked header');
  const view = createDataView(bytes);
  return skipVlanTags({
    etherType: view.getUint16(14),
    payload: bytes.subarray(16),
    sourceMac: view.getUint16(4) === macBytes ? formatMac(bytes.subarray(6, 12)) : undefined,
    vlanIds: [],
    outgoing: view.getUint16(0) === outgoingPacketType,
    interfaceIndex: undefined,
  });
}

function readCooked2(bytes: Uint8Array): LinkLayer | Undecodable {
  if (bytes.length < 20) return createMalformed('shorter than a Linux cooked header');
  const view = createDataView(bytes);
  return skipVlanTags({
    etherType: view.getUint16(0),
    payload: bytes.subarray(20),
    sourceMac: view.getUint8(11) === macBytes ? formatMac(bytes.subarray(12, 18)) : undefined,
    vlanIds: [],
    outgoing: view.getUint8(10) === outgoingPacketType,
    interfaceIndex: view.getUint32(4),
  });
}

function readRawIp(bytes: Uint8Array): LinkLayer | Undecodable {
  const version = (bytes[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) return createMalformed('neither IPv4 nor IPv6');
  return {
    etherType: version === 4 ? etherTypes.ipv4 : etherTypes.ipv6,
    payload: bytes,
    sourceMac: undefined,
    vlanIds: [],
    outgoing: undefined,
    interfaceIndex: undefined,
  };
}

function skipVlanTags(layer: LinkLayer): LinkLayer | Undecodable {
  let { etherType, payload } = layer;
  const vlanIds: number[] = [];
  for (let count = 0; vlanEtherTypes.has(etherType); count += 1) {
    if (count === maximumVlanTags) return createMalformed(`more than ${maximumVlanTags} VLAN tags`);
    if (payload.length < 4) return createMalformed('a VLAN tag is cut short');
    const view = createDataView(payload);
    const vlanId = view.getUint16(0) & 0xfff;
    if (vlanId !== 0) vlanIds.push(vlanId);
    etherType = view.getUint16(2);
    payload = payload.subarray(4);
  }
  return { ...layer, etherType, payload, vlanIds };
}
