import { findScriptRequest } from '../healthcheck/find-probe.ts';
import type { HealthcheckProbe } from '../healthcheck/find-probe.ts';
import { assembleConfiguration } from '../language/assembled.ts';
import type { ConfigurationSource } from '../language/assembled.ts';
import {
  getChildren,
  isUnread,
  lastArguments,
  lastNumber,
  lastValue,
} from '../language/block-reading.ts';
import { isKnownBlock } from '../language/known-blocks.ts';
import { getConfigurationPlace } from '../language/place.ts';
import { findStatements } from '../language/tree.ts';
import type {
  ConfigurationContent,
  ConfigurationNode,
  ParseOptions,
  Statement,
} from '../language/tree.ts';
import { summarizeInstance } from './instance-questions.ts';
import type {
  ConfigurationProblem,
  ConfigurationSummary,
  ConfiguredInclude,
  ConfiguredInstance,
  ConfiguredNotifyFifo,
  ConfiguredScript,
} from './summary.ts';
import { indexByMember, summarizeSyncGroup, withGroupTracking } from './sync-group-questions.ts';
import { createDefinedFilter, readOwnWeight, readTrackDefinitions } from './tracking-questions.ts';

export type { ConfigurationSummary, ConfiguredInstance } from './summary.ts';

/**
 * What a configuration says, with keepalived's own defaults filled in where all that may say
 * otherwise was read. Conditional `@id` lines count only if it was read with the `configurationId`
 * that they name. Of an assembled configuration, everything has its file.
 */
export function summarizeConfiguration(content: ConfigurationContent): ConfigurationSummary {
  const nodes = content.children;
  const problems: ConfigurationProblem[] = [...content.problems];
  const globals = findStatements(nodes, 'global_defs').flatMap(getChildren);
  const keepDefined = createDefinedFilter(nodes);
  const syncGroups = findNamed(nodes, 'vrrp_sync_group', problems).map((statement) =>
    keepDefined(summarizeSyncGroup(statement), statement),
  );
  const groupsByMember = indexByMember(syncGroups);
  const hasUnreadBlocks = nodes.some(isUnread);
  const unread = hasUnreadBlocks ? { hasUnreadTracking: true } : {};
  return {
    instances: findNamed(nodes, 'vrrp_instance', problems)
      .map((statement) => keepDefined(summarizeInstance(statement, globals, problems), statement))
      .map((instance) => ({
        ...withGroupTracking(instance, groupsByMember.get(instance.name)),
        ...unread,
      })),
    scripts: findNamed(nodes, 'vrrp_script', problems).map((statement) =>
      summarizeScript(statement, lastValue(globals, 'script_user')),
    ),
    syncGroups,
    trackDefinitions: readTrackDefinitions(nodes),
    includes: findIncludes(nodes),
    notifyFifos: findNotifyFifos(globals),
    scriptUserName: lastValue(globals, 'script_user'),
    hasScriptSecurity: findStatements(globals, 'enable_script_security').length > 0,
    knownBlockCount: nodes.filter(isKnownBlock).length,
    ...(hasUnreadBlocks ? { hasUnreadBlocks } : {}),
    problems,
  };
}

/**
 * The summary of a configuration in several files, each include where it stands.
 * @param sources the live file first
 */
export function summarizeConfigurations(
  sources: readonly ConfigurationSource[],
  options: ParseOptions = {},
): ConfigurationSummary {
  return summarizeConfiguration(assembleConfiguration(sources, options));
}

export interface TrackedHealthcheck {
  url: string;
  intervalSeconds: number;
  scriptName: string;
  probe: HealthcheckProbe;
}

/** The first script tracked by an instance that asks a URL. */
export function findHealthcheck(
  summary: ConfigurationSummary,
  instance: ConfiguredInstance,
): TrackedHealthcheck | undefined {
  for (const scriptName of instance.trackedScripts) {
    const script = summary.scripts.find(({ name }) => name === scriptName);
    if (script?.healthcheckUrl === undefined || !script.probe) continue;
    const { healthcheckUrl: url, intervalSeconds, probe } = script;
    return { url, intervalSeconds, scriptName, probe };
  }
  return undefined;
}

/** The named blocks of a kind; keepalived skips one without a name, or whose name was used before. */
function findNamed(
  nodes: readonly ConfigurationNode[],
  keyword: string,
  problems: ConfigurationProblem[],
): Statement[] {
  const names = new Set<string>();
  return findStatements(nodes, keyword).filter(({ words, line, path }) => {
    // Its test says so.
    if (keyword !== 'vrrp_script' && words.length !== 2) return false;
    const name = words[1]?.text ?? '';
    const isFirst = !names.has(name);
    names.add(name);
    const message = `${keyword} “${name}” is defined twice; keepalived ignores this one.`;
    if (!isFirst)
      problems.push({ code: 'duplicate-name', ...getConfigurationPlace({ line, path }), message });
    return isFirst;
  });
}

function summarizeScript(
  statement: Statement,
  scriptUserName: string | undefined,
): ConfiguredScript {
  const nodes = getChildren(statement);
  const command = lastArguments(nodes, 'script')?.join(' ') ?? '';
  // 0 counts as 1.
  const intervalSeconds = Math.max(1, lastNumber(nodes, 'interval') ?? 1);
  const timeoutSeconds = lastNumber(nodes, 'timeout');
  // A timeout of 0 is none.
  const limitSeconds = timeoutSeconds === 0 ? undefined : timeoutSeconds;
  const userName = lastValue(nodes, 'user');
  const request = findScriptRequest(command, {
    limitMs: (limitSeconds ?? intervalSeconds) * 1000,
    userName: userName ?? scriptUserName,
  });
  return {
    name: statement.words[1]?.text ?? '',
    ...getConfigurationPlace(statement),
    command,
    intervalSeconds,
    timeoutSeconds,
    fall: lastNumber(nodes, 'fall', { minimum: 1 }) ?? 1,
    rise: lastNumber(nodes, 'rise', { minimum: 1 }) ?? 1,
    ...(readOwnWeight(nodes) ?? { weight: 0, isReversed: false }),
    healthcheckUrl: request?.url,
    ...(request && { probe: request.probe }),
    userName,
  };
}

function findIncludes(nodes: readonly ConfigurationNode[]): ConfiguredInclude[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'opaque') return [];
    if (node.kind === 'statement') return findIncludes(getChildren(node));
    const { keyword, pattern, isRead } = node;
    return [{ keyword, pattern, ...getConfigurationPlace(node), isRead }];
  });
}

function findNotifyFifos(globals: readonly ConfigurationNode[]): ConfiguredNotifyFifo[] {
  return (['notify_fifo', 'vrrp_notify_fifo'] as const).flatMap((kind) =>
    findStatements(globals, kind).flatMap(({ words, line }) =>
      words[1] === undefined ? [] : [{ kind, path: words[1].text, line }],
    ),
  );
}
