/** What somebody asked of a server on purpose. */

/** A drill that somebody ran by this program, and that has not been ended since. */
export interface DrillOrder {
  action: 'standby' | 'take-over' | 'maintenance';
  userName: string;
  /** Wall clock, ms: its begin and its end. */
  atMs: number;
  untilMs: number;
}

/** By instance. */
export type DrillOrders = ReadonlyMap<string, DrillOrder>;

/** Something that keeps a server back on purpose. */
export interface Hold {
  /** Wall clock, ms; undefined: not known. */
  sinceMs: number | undefined;
  /** Who asked for it; undefined: it was not asked for by this program, or that is not known. */
  userName: string | undefined;
}

/** The tracked file keeps an instance from serving. `isSoleCause`: nothing else does. */
export type Maintenance = Hold & {
  isSoleCause: boolean;
  /** Whose file it is: in a sync group that of one member holds all. */
  instanceName: string;
};
/** The tracked file lowers the priority by so much. */
export type LoweredPriority = Hold & { by: number };
