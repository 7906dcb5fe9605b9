import type { LogRow } from './log-row.ts';

/** What the log page's event stream sends, by the event's name; `public/js/live-log.js` listens. */
export interface LogEvents {
  lines: {
    /** The log was replaced before these lines. */
    isGap: boolean;
    /** Where to read on. */
    after: string;
    /** Oldest first. */
    rows: LogRow[];
  };
  /** Why the log cannot be read; empty: it can be, again. */
  problem: { message: string };
  /** The day now, in the server's zone: rows say “today”. */
  heartbeat: { day: string };
}
