/**
 * What the pages' own event streams send: the data of each event by its name. The scripts of
 * `public/js` are checked against these types, too.
 */
export interface StatusPageEvents {
  /** The HTML of the part that changes. */
  page: string;
  heartbeat: {
    /** ISO 8601, by the server's clock. */
    at: string;
    /** null: nothing was checked yet. */
    evidenceAgeMs: number | null;
    /** By instance: how long ago the master of a standby was last heard. */
    masterAgesMs?: Record<string, number>;
  };
}

export interface FragmentEvents {
  page: string;
  heartbeat: NoData;
}

export type NoData = Record<string, never>;

/** One event in the stream's format, with the empty line at its end. */
export type EventWriter<Events> = <Name extends keyof Events & string>(
  name: Name,
  data: Events[Name],
) => string;

/** Takes any event; its type as an `EventWriter` says which ones there are. */
export const writeEvent = (name: string, data: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
