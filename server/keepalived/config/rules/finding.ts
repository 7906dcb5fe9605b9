import type { FindingCode } from './finding-codes.ts';

/** Something said about a configuration, by `keepalived -t` or by our own rules. */
export interface Finding {
  /** fatal: stops a save · warning: can be accepted · info: good to know. */
  severity: 'fatal' | 'warning' | 'info';
  /** Set where keepalived would not run, or would drop every virtual address: no way around it. */
  endsDaemon?: true | undefined;
  code: FindingCode;
  /** 1-based line in `path`, where known. */
  line: number | undefined;
  /** The instance that it speaks of. */
  instance?: string | undefined;
  /** The setting that it speaks of: `interface`, `virtual_router_id`, … */
  keyword?: string | undefined;
  /** The word of the file that keepalived does not know: a keyword, an interface. */
  unknownWord?: string | undefined;
  /** The file, where it is not the one that was asked about. */
  path?: string | undefined;
  /** What is wrong, in plain words; never contains a password. */
  message: string;
  /** What to do about it. */
  remedy: string;
  /** keepalived's own words, secrets masked, where it was keepalived who said it. */
  detail?: string | undefined;
}
