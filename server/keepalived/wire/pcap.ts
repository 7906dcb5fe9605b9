import { createDataView } from './bytes.ts';

/** A packet as tcpdump recorded it. */
export interface PcapPacket {
  /** Wall clock, milliseconds since the epoch, fractions included. */
  atMs: number;
  /** LINKTYPE_ number (https://www.tcpdump.org/linktypes.html). */
  linkType: number;
  bytes: Uint8Array;
  /** Its length on the wire; larger than `bytes` if the capture kept only the beginning. */
  originalLength: number;
}

export interface PcapReader {
  /** Takes the next bytes of the file, cut anywhere, and returns the packets that are complete. */
  push(chunk: Uint8Array): PcapPacket[];
  /** At the end, or whenever asked: what is wrong with what came so far, or undefined. */
  findProblem(): string | undefined;
}

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
/** The most that tcpdump ever keeps of one packet (its MAXIMUM_SNAPLEN). */
const maximumPacketBytes = 262_144;

interface FileFormat {
  littleEndian: boolean;
  /** How many of the stamp's fractions make a millisecond. */
  fractionsPerMs: number;
  linkType: number;
}

/**
 * Reads a classic pcap file as it grows, of either byte order, with stamps in micro- or
 * nanoseconds. After a broken record nothing more is read, because its end is not known.
 */
export function createPcapReader(): PcapReader {
  let pending: Uint8Array = new Uint8Array(0);
  let format: FileFormat | undefined;
  let problem: string | undefined;

  function readHeader(): void {
    if (format !== undefined || pending.length < fileHeaderBytes) return;
    format = findFormat(createDataView(pending));
    if (format === undefined) problem = 'This is no pcap file.';
    pending = pending.subarray(fileHeaderBytes);
  }

  function takePacket({ littleEndian, fractionsPerMs, linkType }: FileFormat) {
    if (pending.length < recordHeaderBytes) return undefined;
    const header = createDataView(pending);
    const capturedLength = header.getUint32(8, littleEndian);
    if (capturedLength > maximumPacketBytes) {
      problem = `A packet claims to have ${capturedLength} bytes: the file is damaged.`;
      return undefined;
    }
    const end = recordHeaderBytes + capturedLength;
    if (pending.length < end) return undefined;
    const packet: PcapPacket = {
      atMs:
        header.getUint32(0, littleEndian) * 1000 +
        header.getUint32(4, littleEndian) / fractionsPerMs,
      linkType,
      bytes: new Uint8Array(pending.subarray(recordHeaderBytes, end)),
      originalLength: header.getUint32(12, littleEndian),
    };
    pending = pending.subarray(end);
    return packet;
  }

  return {
    push(chunk) {
      if (problem !== undefined) return [];
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      readHeader();
      const packets: PcapPacket[] = [];
      if (format === undefined) return packets;
      for (let packet = takePacket(format); packet; packet = takePacket(format)) {
        packets.push(packet);
      }
      return packets;
    },
    findProblem() {
      if (problem !== undefined) return problem;
      if (format === undefined) return 'The file ends before its header does.';
      return pending.length === 0 ? undefined : 'The file ends within a packet.';
    },
  };
}

/** Reads a whole pcap file; `problem` says why there may be more than what is in `packets`. */
export function parsePcap(bytes: Uint8Array): {
  packets: PcapPacket[];
  problem: string | undefined;
} {
  const reader = createPcapReader();
  return { packets: reader.push(bytes), problem: reader.findProblem() };
}

function findFormat(header: DataView): FileFormat | undefined {
  for (const littleEndian of [true, false]) {
    const magic = header.getUint32(0, littleEndian);
    if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d) continue;
    return {
      littleEndian,
      fractionsPerMs: magic === 0xa1b2c3d4 ? 1000 : 1_000_000,
      // The upper half says whether frames end with a checksum.
      linkType: header.getUint32(20, littleEndian) & 0xffff,
    };
  }
  return undefined;
}
