/**
 * What a script's command asks, where this program can ask the same: one request of curl(1) or
 * wget(1) with options that are known here. With any other, the result would be that of another
 * request, so none is made.
 */
import type { ScriptWord } from '../config/script-command.ts';
import { readOptions } from './command-options.ts';
import type { RequestProgram } from './command-options.ts';
import { curl } from './curl-options.ts';
import { findRequestProgram } from './find-program.ts';
import type { HealthcheckRequest } from './request.ts';
import { wget } from './wget-options.ts';

export type HealthcheckProbe =
  | { kind: 'repeatable'; request: HealthcheckRequest }
  /** Why: the end of a sentence about the request, such as “it uses --cert”. No option's value. */
  | { kind: 'not-repeatable'; why: string };

export interface ScriptRequest {
  url: string;
  /** Where the URL stands in the command; undefined: not as one plain piece of text. */
  place: { start: number; end: number } | undefined;
  probe: HealthcheckProbe;
}

export interface ProbeCircumstances {
  /** After so long keepalived ends the script. */
  limitMs?: number | undefined;
  /** Whom keepalived runs it as, where that is said; this program asks as root. */
  userName?: string | undefined;
}

const programs: ReadonlyMap<string, RequestProgram> = new Map([
  ['curl', curl],
  ['wget', wget],
]);

/**
 * The request that a script makes, and whether it can be made from here.
 * @param command a script's, with the outer quotes removed, as a summary has it
 * @returns undefined: it asks no URL, or one that cannot be told from others in the command
 */
export function findScriptRequest(
  command: string,
  { limitMs, userName }: ProbeCircumstances = {},
): ScriptRequest | undefined {
  const { name, words, timeoutMs, obstacle } = findRequestProgram(command);
  const program = programs.get(name);
  if (!program) {
    const [only, ...others] = words.flatMap(findWrittenUrls);
    if (!only || others.length > 0) return undefined;
    return describe(command, only, { kind: 'not-repeatable', why: obstacle ?? `${name} asks it` });
  }
  const read = readOptions(words, program);
  const [asked, ...more] = read.urls;
  if (!asked) return undefined;
  const url = completeUrl(asked.text);
  if (url === undefined) return undefined;
  const refuse = (why: string) => describe(command, asked, { kind: 'not-repeatable', why });
  if (obstacle !== undefined) return refuse(obstacle);
  if (words.some(({ text }) => isForShell(text))) return refuse('it uses shell syntax');
  if (read.obstacle !== undefined) return refuse(read.obstacle);
  if (more.length > 0) return refuse('it asks for several URLs');
  if (isPattern(url)) return refuse('its URL is a pattern of several');
  if (!URL.canParse(url)) return refuse('its URL is not understood here');
  if (userName !== undefined && userName !== 'root') return refuse(`it runs as user ${userName}`);
  const limits = [read.options.timeoutMs, timeoutMs, limitMs].filter((one) => one !== undefined);
  const shortestMs = limits.length > 0 ? Math.min(...limits) : undefined;
  const request = { ...read.options, url, timeoutMs: shortestMs };
  return describe(command, asked, { kind: 'repeatable', request });
}

function describe(command: string, asked: ScriptWord, probe: HealthcheckProbe): ScriptRequest {
  const { text, start, end } = asked;
  const isPlain = command.slice(start, end) === text;
  return { url: completeUrl(text) ?? text, place: isPlain ? { start, end } : undefined, probe };
}

/** Where a program is not known, only what looks like a URL is one. */
function findWrittenUrls({ text, start }: ScriptWord): ScriptWord[] {
  return [...text.matchAll(/https?:\/\/[^\s"'<>|;]+/g)].map(({ 0: url, index }) => ({
    ...{ text: url, start: start + index, end: start + index + url.length },
  }));
}

/** Without a scheme, curl and wget ask by HTTP. Undefined: it is of another protocol, or nothing. */
function completeUrl(text: string): string | undefined {
  if (/^https?:\/\//i.test(text)) return text;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text) || !/^[\w[]/.test(text)) return undefined;
  return `http://${text}`;
}

/** keepalived gives these to the program as words; what they do there is not known here. */
const isForShell = (text: string): boolean => /^(?:[|;&<>]|\d?>)|[|;&]$|[$`]/.test(text);

/** curl takes these for several URLs; brackets are also those of an IPv6 address. */
const isPattern = (url: string): boolean =>
  /[{}[\]]/.test(url.replace(/^(https?:\/\/(?:[^@/]*@)?)\[[\da-f:.]+\]/i, '$1'));

/** What stands in place of a result. */
export const describeNotRepeatable = (why: string): string =>
  `cannot be repeated from here: ${why}`;
