/**
 * What one server tells the other of itself, and how much of it is believed to be well formed. The
 * other server may be taken over: each text and list is bounded, and texts hold no character that
 * changes how a page or a terminal shows them.
 */
import { z } from 'zod';

/** As many as there are virtual router IDs, for each family. */
const mostInstances = 510;
const mostAddresses = 512;
const mostOfAList = 100;
const longestName = 64;
const longestWord = 128;
const longestSentence = 1_000;

/** Control characters, and those that turn the direction of a text or are not seen (Unicode Cc, Cf). */
const unshown = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .transform((told) => told.replaceAll(unshown, ' '));
const name = text(longestName);
const word = text(longestWord);
const sentence = text(longestSentence);
const ageMs = z.number().min(0).max(1e12);
const wallMs = z.number().min(0).max(8.64e15);
const priority = z.number().int().min(0).max(1_000);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(mostOfAList);
const addressList = <Item extends z.ZodType>(item: Item) => z.array(item).max(mostAddresses);

/** A word that this release does not know is as good as none: it proves nothing. */
const stateWord = z
  .enum(['Active', 'Standby', 'Fault', 'Starting', 'Stopped', 'Unknown', 'Alarm'])
  .catch('Unknown');

const alarmReport = z.object({
  /** A code that this release may not know. */
  code: z.string().regex(/^[a-z][a-z-]{0,49}$/),
  severity: z.enum(['critical', 'warning']),
  sentence,
});

const instanceReport = z.object({
  name: word,
  state: stateWord,
  /** keepalived's own word; absent: it is stopped, or did not answer lately. */
  keepalivedState: z.enum(['INIT', 'BACKUP', 'MASTER', 'FAULT', 'DELETED', 'STOP']).optional(),
  reason: sentence.optional(),
  /** Whether the kernel has every address. */
  serving: z.enum(['Yes', 'No', 'Unknown']).catch('Unknown'),
  addresses: addressList(
    z.object({ cidr: word, interfaceName: word.optional(), held: z.boolean().optional() }),
  ),
  /** Those that its advertisements carry, without prefix lengths; absent: not known. */
  advertised: addressList(word).optional(),
  interfaceName: word.optional(),
  /** The server's own addresses there, in CIDR form; never a virtual one. */
  interfaceAddresses: addressList(word),
  virtualRouterId: z.number().int().min(0).max(65_535).optional(),
  family: z.enum(['inet', 'inet6']).optional(),
  version: z.union([z.literal(2), z.literal(3)]).optional(),
  priority: z.object({ configured: priority.optional(), effective: priority.optional() }),
  advertIntervalMs: z.number().min(1).max(1e6).optional(),
  authentication: z.enum(['none', 'password', 'ah']).optional(),
  nopreempt: z.boolean().optional(),
  preemptDelayMs: z.number().min(0).max(1e9).optional(),
  unicastPeers: addressList(word),
  /** How long it has been in its state; absent: not known. */
  inStateForMs: ageMs.optional(),
  /** Somebody keeps it from serving on purpose. */
  isInMaintenance: z.boolean(),
  healthcheck: z
    .object({
      /** Without credentials. */
      url: sentence,
      words: sentence,
      good: z.boolean().optional(),
    })
    .optional(),
  watched: list(
    z.object({
      kind: z.enum(['script', 'interface', 'file', 'process']),
      name: word,
      good: z.boolean().optional(),
      detail: sentence,
      forcesFault: z.boolean(),
      /** What its result adds to the priority or takes from it; absent: not known. */
      weight: z.number().int().min(-1_000).max(1_000).optional(),
      /** Its result keeps the instance back now. */
      isFailing: z.boolean(),
      /** keepalived goes on without it. */
      isLeftOut: z.boolean(),
    }),
  ),
  /** Whether keepalived tells how many advertisements arrive: then silence is a fact. */
  countsAdvertisements: z.boolean(),
  /** The master that it hears as a standby; absent: none, or it is no standby. */
  hears: z
    .object({
      address: word.optional(),
      priority,
      heardWithinMs: ageMs.optional(),
      silentForMs: ageMs.optional(),
    })
    .optional(),
  /** The other master that it has heard while it is master itself. */
  otherMaster: z
    .object({
      address: word.optional(),
      priority: priority.optional(),
      /** Why its advertisements are not accepted; absent: they are. */
      refusal: sentence.optional(),
      heardAgoMs: ageMs,
    })
    .optional(),
  alarms: list(alarmReport),
  /** By the file: the fields that have a rule for the other server, as they are told. */
  settings: list(z.object({ field: word, value: sentence })),
  /** Digests under a key of this pair alone: equal secrets have equal digests. */
  secretDigests: list(z.object({ name: word, digest: word })),
});

/**
 * What is not known is absent. What a newer release tells besides is dropped: the two programs may
 * differ by one release.
 */
export const serverReportSchema = z.object({
  hostName: name,
  programVersion: word.optional(),
  /** This server's wall clock when it told, for the difference of the two clocks. */
  wallMs,
  /** Of the oldest fact behind the states, when it was told. */
  evidenceAgeMs: ageMs.optional(),
  keepalived: z.object({
    state: z.enum(['running', 'stopped', 'not-installed', 'unknown']).catch('unknown'),
    version: word.optional(),
    /** Why it is unknown; the end of a sentence. */
    reason: sentence.optional(),
  }),
  /** Absent: not known. */
  startsOnBoot: z.boolean().optional(),
  editedSinceLoad: z.boolean().optional(),
  configurationProblem: sentence.optional(),
  /** Of the machine, not of one instance. */
  alarms: list(alarmReport),
  instances: z.array(instanceReport).max(mostInstances),
});

/** What one server tells of itself. */
export type ServerReport = z.infer<typeof serverReportSchema>;
/** What it tells of one `vrrp_instance`. */
export type InstanceReport = ServerReport['instances'][number];

/** Cuts what it tells of itself to what the other one accepts. */
export const reportLimits = {
  name: longestName,
  word: longestWord,
  sentence: longestSentence,
  list: mostOfAList,
  addresses: mostAddresses,
  instances: mostInstances,
} as const;
