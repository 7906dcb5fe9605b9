import { UserError } from '../../shared/errors.ts';
import type { PinnedServer } from '../identity/pinned-servers.ts';
import type { InnerTls } from '../wire/inner-tls.ts';
import { reach } from '../wire/reach.ts';
import type { Reached } from '../wire/reach.ts';
import { mostUrls } from '../words-of-others.ts';
import type { LinkContext, LinkRole, Presence } from './link-context.ts';
import { describeNoLink, describeProtocol, describeStranger } from './link-problems.ts';

export type Dialled =
  | { outcome: 'connected'; tls: InnerTls; presence: Presence }
  | { outcome: 'ended' | 'has-one' }
  | { outcome: 'failed'; problem: string };

/** Tries the addresses of a known server, the one that was reached last first, until one answers. */
export async function dialServer<Report>(
  server: PinnedServer,
  role: LinkRole,
  context: LinkContext<Report>,
  signal: AbortSignal,
): Promise<Dialled> {
  let last: Extract<Dialled, { outcome: 'failed' }> = {
    outcome: 'failed',
    problem: `No address of ${server.name} is known, and it has not come by itself. Pair the two again, with its address.`,
  };
  for (const url of server.urls) {
    signal.throwIfAborted();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(context.timing.dialMs)]);
    const tried = await dialUrl(server, url, role, context, limit);
    if (tried.outcome !== 'failed') {
      if (tried.outcome !== 'connected') return tried;
      const { presence } = tried;
      const urls = [...new Set([url, ...presence.urls, ...server.urls])].slice(0, mostUrls);
      return { ...tried, presence: { ...presence, urls } };
    }
    if (url === server.urls[0]) last = tried;
  }
  return last;
}

async function dialUrl<Report>(
  server: PinnedServer,
  url: string,
  role: LinkRole,
  context: LinkContext<Report>,
  signal: AbortSignal,
): Promise<Dialled> {
  const failed = (problem: string): Dialled => ({ outcome: 'failed', problem });
  let reached: Reached | undefined;
  try {
    reached = await reach((limit) => context.options.dial(url, limit), context.tls(), signal);
    if (!server.pins.includes(reached.tls.fingerprint)) {
      reached.close();
      return failed(describeStranger(server.name, url));
    }
    const reply = await reached.greet({ kind: 'link', wants: role, ...context.presence() });
    if (reply.kind === 'welcome' && reply.id === server.id) {
      reached.trust();
      return { outcome: 'connected', tls: reached.tls, presence: reply };
    }
    reached.close();
    if (reply.kind !== 'refused') return failed(describeStranger(server.name, url));
    switch (reply.reason) {
      case 'not-paired':
        return { outcome: 'ended' };
      case 'has-one':
        return { outcome: 'has-one' };
      default:
        return failed(describeProtocol(server.name, reply, context.options.version));
    }
  } catch (error) {
    reached?.close();
    return failed(error instanceof UserError ? error.message : describeNoLink(url));
  }
}
