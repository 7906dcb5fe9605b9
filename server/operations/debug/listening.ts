import type { Appliance } from '../../appliance/appliance.ts';
import type { InstancePassword } from '../../keepalived/config/passwords.ts';
import { groupBy } from '../../keepalived/diagnosis/group-by.ts';
import type { CapturedTraffic } from '../../keepalived/diagnosis/input.ts';
import { decodeFrame } from '../../keepalived/wire/decode-frame.ts';
import type { ArpMessage, VrrpAdvertisement } from '../../keepalived/wire/decoded-frame.ts';
import { createPcapReader } from '../../keepalived/wire/pcap.ts';
import type { Clock } from '../../shared/clock.ts';

/** Where is listened, and for what. */
export interface ListeningPlan {
  /** Each interface, with the IPv4 addresses about which ARP is heard. */
  interfaces: ReadonlyMap<string, readonly string[]>;
  /** Ours; compared and not kept. */
  passwords: readonly InstancePassword[];
  seconds: number;
}

export interface Listening {
  /** What was heard until now, or until the end. */
  heard(): CapturedTraffic;
  /** Why nothing was heard on an interface, as the end of a sentence. */
  problems(): ReadonlyMap<string, string>;
  /** The packets as tcpdump wrote them; undefined: nothing was captured on that interface. */
  findPcap(interfaceName: string): Buffer | undefined;
  /** Resolves when all captures have ended. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/** How often it is noted that all is read that was captured. */
const beatMs = 100;

/** Listens on all interfaces of a plan at once. */
export function startListening({
  appliance,
  clock,
  plan,
  onHeard,
}: {
  appliance: Pick<Appliance, 'startCapture'>;
  clock: Pick<Clock, 'wallMs'>;
  plan: ListeningPlan;
  onHeard: () => void;
}): Listening {
  const { interfaces, passwords, seconds } = plan;
  const fromMs = clock.wallMs();
  /**
   * Until when all is read that was captured. A busy machine reads late, and what is not read yet is
   * no silence: only after the event loop has looked for news is all of it here.
   */
  let readUntilMs = fromMs;
  const beat = setInterval(() => {
    setImmediate(() => {
      readUntilMs = clock.wallMs();
    });
  }, beatMs).unref();
  const advertisements: VrrpAdvertisement[] = [];
  const arp: ArpMessage[] = [];
  const chunks: { interfaceName: string; bytes: Uint8Array }[] = [];
  const problems = new Map<string, string>();

  const listenOn = (interfaceName: string, addresses: readonly string[]) => {
    const reader = createPcapReader();
    const ours = passwordsOn(interfaceName, passwords);
    const hmacKeys = hmacKeysOn(interfaceName, passwords);
    const capture = appliance.startCapture({ interfaceName, addresses, seconds }, (bytes) => {
      chunks.push({ interfaceName, bytes });
      for (const packet of reader.push(bytes)) {
        const frame = decodeFrame(packet, { interfaceName, passwords: ours, hmacKeys });
        if (frame.kind === 'vrrp') advertisements.push(frame);
        if (frame.kind === 'arp') arp.push(frame);
      }
      onHeard();
    });
    const ended = capture.ended.then((reason) => {
      if (reason !== undefined) problems.set(interfaceName, reason);
    });
    return { ended, close: capture.close };
  };
  const captures = [...interfaces].map(([name, addresses]) => listenOn(name, addresses));
  const ended = Promise.all(captures.map((capture) => capture.ended)).then(() => {
    clearInterval(beat);
  });

  return {
    heard: () => ({
      fromMs,
      toMs: readUntilMs,
      interfaceNames: [...interfaces.keys()].filter((name) => !problems.has(name)),
      // Those of several interfaces arrive one after the other.
      advertisements: advertisements.toSorted((one, other) => one.atMs - other.atMs),
      arp: arp.toSorted((one, other) => one.atMs - other.atMs),
    }),
    problems: () => problems,
    findPcap(interfaceName) {
      const captured = groupBy(chunks, (chunk) => chunk.interfaceName).get(interfaceName);
      return captured && Buffer.concat(captured.map(({ bytes }) => bytes));
    },
    ended,
    async close() {
      await Promise.all(captures.map((capture) => capture.close()));
      await ended;
    },
  };
}

/** By virtual router ID, which other instances may have on another interface. */
function passwordsOn(
  listenedOn: string,
  passwords: readonly InstancePassword[],
): ReadonlyMap<number, string> {
  return new Map(
    passwords.flatMap(({ interfaceName = listenedOn, virtualRouterId, password }) =>
      virtualRouterId === undefined || password === '' || interfaceName !== listenedOn
        ? []
        : [[virtualRouterId, password] as const],
    ),
  );
}

function hmacKeysOn(listenedOn: string, passwords: readonly InstancePassword[]) {
  return new Map(
    passwords.flatMap(({ interfaceName = listenedOn, virtualRouterId, hmacKeys }) =>
      virtualRouterId === undefined || hmacKeys.size === 0 || interfaceName !== listenedOn
        ? []
        : [[virtualRouterId, hmacKeys] as const],
    ),
  );
}
