/** How the options of curl(1) and wget(1) are written, and what each does to the request. */
import type { ScriptWord } from '../config/script-command.ts';
import type { HealthcheckRequest } from './request.ts';

export type RequestOptions = Omit<HealthcheckRequest, 'url'>;

/** What an option changes; undefined: its value is not understood here. */
export type Effect = (
  options: RequestOptions,
  value: string,
) => Partial<RequestOptions> | { url: string } | undefined;

export interface KnownOption {
  takesValue: boolean;
  /** Undefined: known by its name alone; what it asks cannot be repeated. */
  effect: Effect | undefined;
}

export interface RequestProgram {
  defaults: RequestOptions;
  options: ReadonlyMap<string, KnownOption>;
  /** `--timeout=5`; curl does not read that. */
  readsEquals: boolean;
}

export const nothing: Effect = () => ({});

/** @param names separated by blanks */
export function define(
  names: string,
  takesValue: boolean,
  effect: Effect | undefined = nothing,
): [string, KnownOption][] {
  return names.split(/\s+/).map((name) => [name, { takesValue, effect }]);
}

/** Seconds, with or without a fraction; 0 is no limit. */
export const limit =
  (field: 'timeoutMs' | 'connectTimeoutMs' | 'idleTimeoutMs'): Effect =>
  (_, value) => {
    if (!/^\d+(?:\.\d+)?$/.test(value)) return undefined;
    return { [field]: Number(value) > 0 ? Number(value) * 1000 : undefined };
  };

/** A header; one without a value is taken away by curl, which is not repeated here. */
export const addHeader: Effect = ({ headers }, value) => {
  const [, name, content] = /^([\w-]+):[ \t]*([^\r\n]+)$/.exec(value) ?? [];
  if (name === undefined || content === undefined) return undefined;
  return { headers: withHeader(headers, name, content) };
};

export const setHeader =
  (name: string): Effect =>
  ({ headers }, value) =>
    /[\r\n]/.test(value) ? undefined : { headers: withHeader(headers, name, value) };

function withHeader(
  headers: RequestOptions['headers'],
  name: string,
  value: string,
): RequestOptions['headers'] {
  const others = headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
  return [...others, [name, value]];
}

/** Basic authentication (RFC 7617). */
export function describeCredentials(nameAndPassword: string): string {
  return `Basic ${Buffer.from(nameAndPassword).toString('base64')}`;
}

export interface ReadOptions {
  /** In order; of one that an option gives, too. */
  urls: ScriptWord[];
  options: RequestOptions;
  /** Why the request cannot be repeated; never with an option's value. */
  obstacle: string | undefined;
}

/** Reads all that stands behind the program's name. */
export function readOptions(words: readonly ScriptWord[], program: RequestProgram): ReadOptions {
  const result: ReadOptions = { urls: [], options: program.defaults, obstacle: undefined };
  const refuse = (name: string) => (result.obstacle ??= `it uses ${name}`);
  const rest = words.values();
  let onlyUrls = false;
  for (const word of rest) {
    if (onlyUrls || !word.text.startsWith('-') || word.text === '-') {
      result.urls.push(word);
      continue;
    }
    if (word.text === '--') {
      onlyUrls = true;
      continue;
    }
    for (const { name, attached } of splitOptions(word, program)) {
      const option = program.options.get(name);
      const value = option?.takesValue ? (attached ?? rest.next().value) : undefined;
      const isComplete = option?.takesValue ? value !== undefined : attached === undefined;
      const change = isComplete ? option?.effect?.(result.options, value?.text ?? '') : undefined;
      if (change === undefined) refuse(name);
      else if ('url' in change && value) result.urls.push(value);
      else result.options = { ...result.options, ...change };
    }
  }
  return result;
}

interface WrittenOption {
  name: string;
  attached?: ScriptWord;
}

/** `-sfm5` is `-s`, `-f` and `-m` with the value 5. */
function splitOptions(word: ScriptWord, { options, readsEquals }: RequestProgram): WrittenOption[] {
  const { text } = word;
  const attach = (from: number): ScriptWord => ({
    text: text.slice(from),
    start: word.start + from,
    end: word.end,
  });
  const equals = text.indexOf('=');
  if (text.startsWith('--')) {
    if (equals === -1) return [{ name: text }];
    const name = text.slice(0, equals);
    // Where it is not read so, the program does not know it; its value is nobody's business.
    return [readsEquals ? { name, attached: attach(equals + 1) } : { name: `${name}=…` }];
  }
  if (options.has(text)) return [{ name: text }];
  const found: WrittenOption[] = [];
  for (let at = 1; at < text.length; at += 1) {
    const name = `-${text.charAt(at)}`;
    if (options.get(name)?.takesValue && at + 1 < text.length) {
      return [...found, { name, attached: attach(at + 1) }];
    }
    found.push({ name });
    // Behind one that is not known, the rest may be its value.
    if (!options.has(name)) return found;
  }
  return found;
}
