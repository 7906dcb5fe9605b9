/**
 * The shapes that a line of keepalived's log has, by who wrote it: a syslog daemon (RFC 3164 and 5424,
 * with the stamps that people choose), OpenWrt's logread, BusyBox, or keepalived itself (`--log-file`,
 * `--log-console`). Every pattern is anchored and reads in linear time.
 */
import { anyStamp, isoStamp, weekdayStamp } from './log-stamps.ts';

/** The parts of a line; without a tag it is keepalived's own, which writes none. */
export interface LogLineFields {
  timeText: string;
  tag: string;
  pid: string | undefined;
  message: string;
}

// `Keepalived`, its child, then network namespace and instance as far as configured (main.c).
const keepalivedTag = String.raw`[Kk]eepalived(?:_vrrp|_healthcheckers|_bfd)?(?:_[^\s:[\]]+)?`;
const anyTag = String.raw`[^\s:[\]]+`;

const facility = String.raw`(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7])`;
const severity = '(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug)';
/** A syslog server's own mark, in front of what it was sent. */
const mark = String.raw`(?:<\d{1,3}>)?`;
/** A host does not end with a colon: that would be the tag of a log that names no host. */
const beforeTag = String.raw`(?:[^\s]{0,254}[^\s:] )?(?:${facility}[. ]${severity} )?`;

const traditional = (tag: string) =>
  new RegExp(
    String.raw`^${mark}(?<time>${anyStamp}) +${beforeTag}(?<tag>${tag})(?:\[(?<pid>\d+)\])?: ?(?<message>.*)$`,
    's',
  );
const structuredData = String.raw`(?:-|(?:\[(?:[^\]"\\]|"(?:[^"\\]|\\.)*")*\])+)`;
const structured = (tag: string) =>
  new RegExp(
    String.raw`^${mark}(?:1 )?(?<time>${isoStamp}|-) \S+ (?<tag>${tag}) (?<pid>\d+|-) \S+ ${structuredData}(?: \ufeff?(?<message>.*))?$`,
    's',
  );
/** A container's log may put its own time and stream in front. */
const own = new RegExp(
  String.raw`^(?:${isoStamp} (?:std(?:out|err) [FP] )?)?(?<time>${weekdayStamp}): (?<message>.*)$`,
  's',
);

const anyShapes = [traditional(anyTag), structured(anyTag), own];
const keepalivedShapes = [traditional(keepalivedTag), structured(keepalivedTag), own];
const wholeTag = new RegExp(`^${keepalivedTag}$`);
const anyTime = new RegExp(String.raw`^${mark}(?:1 )?(?<time>${anyStamp})`);

/** Whether keepalived or one of its children logged this line; names in the text do not count. */
export function isKeepalivedLine(raw: string): boolean {
  return keepalivedShapes.some((shape) => shape.test(raw));
}

/** Whether a line is of a file that keepalived writes itself, in which no line bears its name. */
export function isOwnLine(raw: string): boolean {
  return own.test(raw);
}

export function isKeepalivedTag(tag: string): boolean {
  return wholeTag.test(tag);
}

/** @returns undefined for a line of another shape. */
export function splitLogLine(line: string): LogLineFields | undefined {
  for (const shape of anyShapes) {
    const parts = shape.exec(line)?.groups;
    if (!parts) continue;
    const { time = '', tag = '', pid, message = '' } = parts;
    return {
      timeText: time === '-' ? '' : time,
      tag,
      pid: pid === '-' ? undefined : pid,
      message,
    };
  }
  return undefined;
}

const ownStamp = new RegExp(String.raw`^${weekdayStamp}: `);

/**
 * A message without the time that keepalived itself writes in front of it on its console
 * (`--log-console`), where somebody else took that for a log: systemd, a container's log driver.
 */
export function withoutOwnStamp(message: string): string {
  return message.replace(ownStamp, '');
}

/** The stamp at the start of a line, of which the end may be missing. */
export function findStamp(start: string): string | undefined {
  return anyTime.exec(start)?.groups?.['time'];
}
