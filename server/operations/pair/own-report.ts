import type { Appliance } from '../../appliance/appliance.ts';
import { readPasswords } from '../../keepalived/config/passwords.ts';
import type { InstancePassword } from '../../keepalived/config/passwords.ts';
import { describeServer } from '../../keepalived/pair/describe-server.ts';
import type { ServerReport } from '../../keepalived/pair/server-report.ts';
import { readAssembledConfiguration } from '../../state/live-configuration.ts';
import type { StateKeeper } from '../../state/state-keeper.ts';

export interface OwnReport {
  /** @param digest of a secret, for the one server that is told */
  describe: (digest: (secret: string) => string) => ServerReport;
  /** Calls back when there may be news. @returns the function that ends it */
  subscribe: (listener: () => void) => () => void;
  close: () => void;
}

/**
 * What this server tells a paired one. The passwords are read again whenever the live file is another
 * one; until then none is told, rather than those of another file.
 */
export function createOwnReport({
  appliance,
  keeper,
  programVersion,
  onProblem,
}: {
  appliance: Appliance;
  keeper: Pick<StateKeeper, 'peek' | 'evidence' | 'subscribe'>;
  programVersion: string;
  onProblem: (error: unknown) => void;
}): OwnReport {
  const listeners = new Set<() => void>();
  let known: { tag: string; passwords: InstancePassword[] | undefined } | undefined;

  const findTag = () => {
    const configuration = keeper.evidence().configuration?.value;
    return configuration?.ok ? configuration.tag : undefined;
  };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const read = async (tag: string) => {
    const passwords = readPasswords(await readAssembledConfiguration(appliance));
    if (known?.tag === tag) known = { tag, passwords };
    tell();
  };
  const onNews = () => {
    const tag = findTag();
    // Only for who is told something.
    if (tag !== undefined && tag !== known?.tag && listeners.size > 0) {
      known = { tag, passwords: undefined };
      read(tag).catch(onProblem);
    }
    tell();
  };
  const stop = keeper.subscribe(onNews);

  return {
    describe(digest) {
      const { status, hostName, nowMs, wallMs } = keeper.peek();
      const passwords = known?.tag === findTag() ? known?.passwords : undefined;
      return describeServer({
        ...{ status, hostName, nowMs, wallMs, programVersion },
        evidence: keeper.evidence(),
        secrets: passwords && { passwords, digest },
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      onNews();
      return () => listeners.delete(listener);
    },
    close: stop,
  };
}
