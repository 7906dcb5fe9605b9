/** The servers that this one is paired with, in `pair/peers.json` (0600). */
import path from 'node:path';
import { z } from 'zod';
import { findFileText, writeDurably } from '../../shared/durable-file.ts';
import { UserError } from '../../shared/errors.ts';
import { createMutex } from '../../shared/mutex.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { findFormat, refuseNewerFormat, withFormat } from '../../shared/state-format.ts';
import { pageUrlsSchema, serverNameSchema } from '../words-of-others.ts';
import { fingerprintSchema } from './own-key.ts';

/** Far more routers than any virtual router has. */
export const mostServers = 15;

export const grantSchema = z.enum(['see', 'see-and-change']);

const pinnedServerSchema = z.object({
  id: z.uuid(),
  name: serverNameSchema,
  urls: pageUrlsSchema,
  grant: grantSchema,
  /** Fingerprints of its keys: two while it renews its key, the newer one last. */
  pins: z.array(fingerprintSchema).min(1).max(2),
  pairedAtMs: z.number(),
  /** It has ended the pairing; it is listed until somebody here has seen that. */
  hasEnded: z.boolean().optional(),
  /** It knows the key with this fingerprint, which is to be our next one. */
  knowsKey: fingerprintSchema.optional(),
});
export type PinnedServer = z.infer<typeof pinnedServerSchema>;

const fileSchema = z.object({ servers: z.array(pinnedServerSchema).max(mostServers) });

export interface PinnedServers {
  list(): readonly PinnedServer[];
  find(id: string): PinnedServer | undefined;
  findByPin(fingerprint: string): PinnedServer | undefined;
  /** In place of what was known of it. On the disk once the promise resolves; if it rejects, nothing changed. */
  put(server: PinnedServer): Promise<void>;
  /** Does nothing if it is not known, or is as it should be. */
  change(id: string, change: Partial<Omit<PinnedServer, 'id'>>): Promise<void>;
  remove(id: string): Promise<void>;
  clear(): Promise<void>;
}

/**
 * @param directory `pair/` in the state folder
 * @throws {UserError} `pair-state`: what is stored cannot be read; `state-newer`
 */
export async function openPinnedServers(directory: string): Promise<PinnedServers> {
  const filePath = path.join(directory, 'peers.json');
  const inTurn = createMutex();
  let servers: readonly PinnedServer[] = await read(filePath);

  const write = (choose: (before: readonly PinnedServer[]) => readonly PinnedServer[]) =>
    inTurn(async () => {
      const chosen = choose(servers);
      if (JSON.stringify(chosen) === JSON.stringify(servers)) return;
      await writeDurably(filePath, `${JSON.stringify(withFormat({ servers: chosen }))}\n`);
      servers = chosen;
    });

  return {
    list: () => servers,
    find: (id) => servers.find((server) => server.id === id),
    findByPin: (fingerprint) => servers.find(({ pins }) => pins.includes(fingerprint)),
    put: (server) =>
      write((before) => {
        const others = before.filter(({ id }) => id !== server.id);
        if (others.length >= mostServers) throw createTooManyError();
        return [...others, server];
      }),
    change: (id, change) =>
      write((before) =>
        before.map((server) => (server.id === id ? { ...server, ...change } : server)),
      ),
    remove: (id) => write((before) => before.filter((server) => server.id !== id)),
    clear: () => write(() => []),
  };
}

export function createTooManyError(): UserError {
  return new UserError(
    'too-many-servers',
    `A server can be paired with ${mostServers} others. End the pairing with one of them first.`,
  );
}

async function read(filePath: string): Promise<PinnedServer[]> {
  const text = await findFileText(filePath);
  if (text === undefined) return [];
  const value = parseJson(text);
  refuseNewerFormat(filePath, findFormat(value));
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data.servers;
  throw new UserError(
    'pair-state',
    `${filePath} is damaged, so it is not known with which servers this one is paired. Remove the file, start keepalived-wai again and pair the servers again.`,
  );
}
