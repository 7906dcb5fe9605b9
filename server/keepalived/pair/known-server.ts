/** The servers of a pair, as this one knows them. */
import type { InstanceReport, ServerReport } from './server-report.ts';

/** So long after its last word a server is “not heard since”: nothing of it is a present fact. */
export const heardForMs = 5_000;

export interface KnownServer {
  isThis: boolean;
  /** Its host name, told apart from the others’. */
  name: string;
  /** The newest that it told; undefined: nothing yet. */
  report: ServerReport | undefined;
  /** How old that is, in ms by this server's clock; 0: this server itself. */
  ageMs: number;
  /** Its report may be taken for the present. */
  isHeard: boolean;
  /**
   * Of another server: this server's own secrets, by instance, under the key that its report has them
   * under; undefined: they can't be compared.
   */
  ownDigests?: ReadonlyMap<string, SecretDigests> | undefined;
}

type SecretDigests = InstanceReport['secretDigests'];

export interface OtherServer {
  name: string;
  /** The link stands. */
  isConnected: boolean;
  report: { value: ServerReport; ageMs: number } | undefined;
  /** This server's report as that one is told it: with the same key for secrets. */
  ownReport?: ServerReport | undefined;
}

/** This server first, then the others. */
export function listKnownServers(own: ServerReport, others: readonly OtherServer[]): KnownServer[] {
  const names = [own.hostName, ...others.map(({ report, name }) => report?.value.hostName ?? name)];
  const isTwice = (name: string) => names.filter((one) => one === name).length > 1;
  const tell = (name: string, role: string, number: number) => {
    const shown = name === '' ? role : name;
    if (name === '' || !isTwice(name)) return shown;
    return number < 2 ? `${shown} (${role})` : `${shown} (${role} ${number})`;
  };
  return [
    {
      ...{ isThis: true, name: tell(own.hostName, 'this server', 1) },
      ...{ report: own, ageMs: 0, isHeard: true },
    },
    ...others.map(({ isConnected, report, ownReport }, at) => ({
      isThis: false,
      name: tell(names[at + 1] ?? '', 'the other server', at + 1),
      report: report?.value,
      ageMs: report?.ageMs ?? 0,
      isHeard: isConnected && report !== undefined && report.ageMs <= heardForMs,
      ownDigests:
        ownReport &&
        new Map(ownReport.instances.map(({ name, secretDigests }) => [name, secretDigests])),
    })),
  ];
}

/** An instance of one of the servers. */
export interface Member {
  server: KnownServer;
  instance: InstanceReport;
}
