import { childrenOf, entryNames, lastArguments, lastNumber, lastValue } from './block-reading.ts';
import { findUrl } from './healthcheck-url.ts';
import { summarizeInstance } from './instance-questions.ts';
import { isKnownBlock } from './known-blocks.ts';
import type {
  ConfigurationProblem,
  ConfigurationSummary,
  ConfiguredInclude,
  ConfiguredInstance,
  ConfiguredNotifyFifo,
  ConfiguredScript,
  ConfiguredSyncGroup,
} from './summary.ts';
import { findStatements, parseConfiguration } from './tree.ts';
import type { ConfigurationNode, ConfigurationTree, ParseOptions, Statement } from './tree.ts';

export type { ConfigurationSummary, ConfiguredInstance } from './summary.ts';

/**
 * What a configuration says, with keepalived's own defaults filled in. Conditional `@id` lines
 * count only if the tree was parsed with the `configurationId` that they name. Included files are
 * listed, not read.
 */
export function summarizeConfiguration(tree: ConfigurationTree): ConfigurationSummary {
  const nodes = tree.children;
  const problems: ConfigurationProblem[] = [...tree.problems];
  const globals = findStatements(nodes, 'global_defs').flatMap(childrenOf);
  return {
    instances: findNamed(nodes, 'vrrp_instance', problems).map((statement) =>
      summarizeInstance(statement, globals, problems),
    ),
    scripts: findNamed(nodes, 'vrrp_script', problems).map(summarizeScript),
    syncGroups: findNamed(nodes, 'vrrp_sync_group', problems).map(summarizeSyncGroup),
    includes: findIncludes(nodes),
    notifyFifos: findNotifyFifos(globals),
    scriptUserName: lastValue(globals, 'script_user'),
    knownBlockCount: nodes.filter(isKnownBlock).length,
    problems,
  };
}

/**
 * The summary of a configuration in several files, the live one first: each is read for itself and
 * what it says follows what the ones before it say. An include inside a block is not put there.
 */
export function summarizeConfigurations(
  parts: readonly { path: string; text: string }[],
  options: ParseOptions = {},
): ConfigurationSummary {
  const summaries = parts.map(({ path, text }) => {
    const summary = summarizeConfiguration(parseConfiguration(text, options));
    const withPath = <Item>(items: Item[]) => items.map((item) => ({ ...item, path }));
    return {
      ...summary,
      instances: withPath(summary.instances),
      scripts: withPath(summary.scripts),
      syncGroups: withPath(summary.syncGroups),
      problems: withPath(summary.problems),
    };
  });
  return {
    instances: summaries.flatMap((summary) => summary.instances),
    scripts: summaries.flatMap((summary) => summary.scripts),
    syncGroups: summaries.flatMap((summary) => summary.syncGroups),
    includes: summaries.flatMap((summary) => summary.includes),
    notifyFifos: summaries.flatMap((summary) => summary.notifyFifos),
    scriptUserName: summaries.findLast(({ scriptUserName }) => scriptUserName !== undefined)
      ?.scriptUserName,
    knownBlockCount: summaries.reduce((count, summary) => count + summary.knownBlockCount, 0),
    problems: summaries.flatMap((summary) => summary.problems),
  };
}

/** The first script tracked by an instance that asks a URL. */
export function findHealthcheck(
  summary: ConfigurationSummary,
  instance: ConfiguredInstance,
): { url: string; intervalSeconds: number; scriptName: string } | undefined {
  for (const scriptName of instance.trackedScripts) {
    const script = summary.scripts.find(({ name }) => name === scriptName);
    if (script?.healthcheckUrl === undefined) continue;
    return { url: script.healthcheckUrl, intervalSeconds: script.intervalSeconds, scriptName };
  }
  return undefined;
}

/** The named blocks of a kind; keepalived skips one whose name was used before. */
function findNamed(
  nodes: readonly ConfigurationNode[],
  keyword: string,
  problems: ConfigurationProblem[],
): Statement[] {
  const names = new Set<string>();
  return findStatements(nodes, keyword).filter(({ words, line }) => {
    const name = words[1]?.text ?? '';
    const isFirst = !names.has(name);
    names.add(name);
    const message = `${keyword} “${name}” is defined twice; keepalived ignores this one.`;
    if (!isFirst) problems.push({ code: 'duplicate-name', line, message });
    return isFirst;
  });
}

function summarizeScript(statement: Statement): ConfiguredScript {
  const nodes = childrenOf(statement);
  const command = lastArguments(nodes, 'script')?.join(' ') ?? '';
  return {
    name: statement.words[1]?.text ?? '',
    line: statement.line,
    command,
    // 0 counts as 1.
    intervalSeconds: Math.max(1, lastNumber(nodes, 'interval') ?? 1),
    timeoutSeconds: lastNumber(nodes, 'timeout'),
    fall: lastNumber(nodes, 'fall', { minimum: 1 }) ?? 1,
    rise: lastNumber(nodes, 'rise', { minimum: 1 }) ?? 1,
    weight: lastNumber(nodes, 'weight', { minimum: -253, maximum: 253 }) ?? 0,
    healthcheckUrl: findUrl(command)?.url,
    userName: lastValue(nodes, 'user'),
  };
}

function summarizeSyncGroup(statement: Statement): ConfiguredSyncGroup {
  return {
    name: statement.words[1]?.text ?? '',
    line: statement.line,
    instanceNames: entryNames(childrenOf(statement), 'group'),
  };
}

function findIncludes(nodes: readonly ConfigurationNode[]): ConfiguredInclude[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'opaque') return [];
    if (node.kind === 'statement') return findIncludes(childrenOf(node));
    return [{ keyword: node.keyword, pattern: node.pattern, line: node.line }];
  });
}

function findNotifyFifos(globals: readonly ConfigurationNode[]): ConfiguredNotifyFifo[] {
  return (['notify_fifo', 'vrrp_notify_fifo'] as const).flatMap((kind) =>
    findStatements(globals, kind).flatMap(({ words, line }) =>
      words[1] === undefined ? [] : [{ kind, path: words[1].text, line }],
    ),
  );
}
