/** What was heard on the wire, as plain data. Never holds a password. */

/** What is known of a frame before it is understood. */
export interface FrameFacts {
  /** When it was captured; wall clock, milliseconds since the epoch, fractions included. */
  atMs: number;
  /** The interface it was captured on, where that is known. */
  interfaceName: string | undefined;
}

interface LinkFacts extends FrameFacts {
  /** Undefined for raw IP and for links without such addresses. */
  sourceMac: string | undefined;
  /** 802.1Q and 802.1ad tags, the outer one first; a mere priority tag (0) is left out. */
  vlanIds: number[];
  /** Whether this machine sent it; only captures on the “any” device tell. */
  outgoing: boolean | undefined;
}

/** A VRRP advertisement of version 2 (RFC 3768, with RFC 2338's authentication) or 3 (RFC 9568). */
export interface VrrpAdvertisement extends LinkFacts {
  kind: 'vrrp';
  family: 'inet' | 'inet6';
  source: string;
  destination: string;
  unicast: boolean;
  /** TTL or hop limit; a receiver believes 255 only. */
  ttl: number;
  version: 2 | 3;
  virtualRouterId: number;
  /** 0: the sender gives up · 255: it owns the addresses. */
  priority: number;
  intervalMs: number;
  /** As far as they were captured, see `truncated`. */
  addresses: string[];
  authentication: 'none' | 'password' | 'ah' | 'unknown';
  /** Undefined if the sender uses none, if ours is not known, or if that part was not captured. */
  passwordMatchesOurs: boolean | undefined;
  /** Of keepalived 2.4's `auth_hmac`; absent if there is none, or if a part is missing. */
  hmac?: HmacTrailer;
  /** Undefined if a part is missing. */
  checksumOk: boolean | undefined;
  /** Over what the checksum is right; undefined if it is not. */
  checksumForm: ChecksumForm | undefined;
  /** Sent from the virtual router's own MAC address (00:00:5e:00:01:XX, for IPv6 …:02:XX). */
  fromVirtualMac: boolean;
  /** Only the beginning was captured. */
  truncated: boolean;
  fragmented: boolean;
}

/** The trailer of `auth_hmac`; never the key, nor the HMAC. */
export interface HmacTrailer {
  keyId: number;
  /** Since the Unix epoch, by the sender's clock. */
  sentAtSeconds: number;
  /** Grows with each advertisement: the time, then a counter; 16 hexadecimal digits. */
  sequence: string;
  /** right, wrong: compared with our key of this number · unverified: ours is not known. */
  verdict: 'right' | 'wrong' | 'unknown-key' | 'malformed' | 'unverified';
}

/**
 * message: the VRRP message alone (version 2; version 3 with IPv4 as RFC 9568 has it, in keepalived
 * `v3_checksum_as_v2`) · pseudo-header: with the IP addresses before it (version 3 as RFC 5798 and
 * keepalived have it) · old-unicast: with 224.0.0.18 in place of the peer's address (keepalived up
 * to 1.3.6, and `old_unicast_checksum`).
 */
export type ChecksumForm = 'message' | 'pseudo-header' | 'old-unicast';

/** ARP for IPv4 over Ethernet (RFC 826). */
export interface ArpMessage extends LinkFacts {
  kind: 'arp';
  operation: 'request' | 'reply';
  /** Announces the sender's own address: sender and target address are the same. */
  gratuitous: boolean;
  /** Asks whether an address is taken, without having one (RFC 5227). */
  probe: boolean;
  senderMac: string;
  senderAddress: string;
  targetAddress: string;
}

export type DecodedFrame =
  | VrrpAdvertisement
  | ArpMessage
  /** Well formed as far as it was read, but of no interest here. */
  | (FrameFacts & { kind: 'other'; reason: string })
  | (FrameFacts & { kind: 'malformed'; reason: string });
