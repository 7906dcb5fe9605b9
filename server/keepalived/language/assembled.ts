import { TreeReader } from './tree-reader.ts';
import type { FindIncluded } from './tree-reader.ts';
import type { ConfigurationContent, ParseOptions } from './tree.ts';

/** What an include line of a file names. */
export interface ResolvedInclude {
  /** As the line has it, definitions replaced. */
  pattern: string;
  /** The files in keepalived's order, without those that it skips. */
  paths: readonly string[];
}

/** One file of a configuration; undefined includes: it is not known what they name. */
export interface ConfigurationSource {
  path: string;
  text: string;
  includes?: readonly ResolvedInclude[] | undefined;
}

/**
 * Reads a configuration as keepalived does: the content of an included file stands where its
 * include stands, inside a block too, and a definition holds in what follows it in any file
 * (`lib/parser.c` 2.2.7). An include whose files are not all among the sources stays unread.
 * @param sources the live file first, then what may be included; empty: no configuration
 */
export function assembleConfiguration(
  sources: readonly ConfigurationSource[],
  options: ParseOptions = {},
): ConfigurationContent {
  const [live] = sources;
  if (live === undefined) return { children: [], problems: [] };
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const findIncluded: FindIncluded = (path, pattern) => {
    const include = byPath.get(path)?.includes?.find((one) => one.pattern === pattern);
    const files = include?.paths.map((included) => byPath.get(included));
    return files?.every((file) => file !== undefined) ? files : undefined;
  };
  return new TreeReader(options.configurationId, findIncluded).read(live.text, live.path);
}
