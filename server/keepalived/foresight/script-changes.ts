import { bareAddress } from '../addresses/addresses.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/questions.ts';
import type { ConfiguredScript } from '../config/summary.ts';
import { describeNotRepeatable, findScriptRequest } from '../healthcheck/find-probe.ts';
import type { HealthcheckProbe } from '../healthcheck/find-probe.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';
import { maskSecrets } from '../secrets/mask-secrets.ts';
import type { FindResult } from './elections/effective-priority.ts';
import { findCounterpart } from './instance-changes.ts';
import { findScriptConsequence } from './script-consequence.ts';
import type { ScriptConsequence } from './script-consequence.ts';
import { joinWords } from './words.ts';

/** A script that begins to decide whether this server may keep the addresses that it serves now. */
export interface ScriptChange {
  scriptName: string;
  /** What is served now, and may be given up if the script fails. */
  addresses: string[];
  consequence: Exclude<ScriptConsequence, { kind: 'ignored' }>;
  /** Where all that changes is the URL that it asks. */
  newUrl: string | undefined;
  /** Whether that URL can be asked beforehand. */
  probe: HealthcheckProbe | undefined;
}

/**
 * The tracked scripts that are new or run another command, of the instances that serve now. A proof
 * cannot wait for them: a healthcheck may run only every 120 s, and then take the address away. One
 * whose weight keepalived ignores decides nothing.
 * @param findResult what is known of what is tracked besides
 */
export function findScriptChanges(
  before: ConfigurationSummary,
  after: ConfigurationSummary,
  running: readonly RuntimeInstance[],
  findResult?: FindResult,
): ScriptChange[] {
  const serving = new Map(
    running.filter(({ state }) => state === 'MASTER').map((one) => [one.name, one]),
  );
  return after.instances.flatMap((instance) => {
    const past = findCounterpart(before.instances, instance.name, instance);
    const run = serving.get(past?.name ?? instance.name);
    const served = run?.addresses.map(({ cidr }) => bareAddress(cidr)) ?? [];
    if (served.length === 0) return [];
    const pastNames = past ? listScripts(past, before) : [];
    const pastScripts = before.scripts.filter(({ name }) => pastNames.includes(name));
    return listScripts(instance, after).flatMap((scriptName): ScriptChange[] => {
      const next = findScript(after, scriptName);
      const last = pastScripts.find(({ name }) => name === scriptName);
      if (!next || next.command === last?.command) return [];
      // One that only got another name decides by the same command, if a failure does no more than before.
      const renamed = last
        ? undefined
        : pastScripts.find(({ command }) => command === next.command);
      if (
        renamed &&
        past &&
        decidesAlike([renamed.name, past, before], [scriptName, instance, after])
      )
        return [];
      const consequence = findScriptConsequence(scriptName, instance, after, findResult);
      if (consequence.kind === 'ignored') return [];
      const newUrl = findOnlyUrlChange(last, next);
      return [{ scriptName, addresses: served, consequence, newUrl, probe: next.probe }];
    });
  });
}

type TrackedScript = [name: string, ConfiguredInstance, ConfigurationSummary];

function decidesAlike(one: TrackedScript, other: TrackedScript): boolean {
  const [old, next] = [one, other].map((script) => findScriptConsequence(...script));
  return JSON.stringify(old) === JSON.stringify(next);
}

/** What an instance tracks itself, and what its sync group tracks for it. */
function listScripts(
  { trackedScripts, syncGroupName }: ConfiguredInstance,
  { syncGroups }: ConfigurationSummary,
): string[] {
  const group = syncGroups.find(({ name }) => name === syncGroupName);
  return [...new Set([...trackedScripts, ...(group?.trackedScripts ?? [])])];
}

/** What is told of a change, once its URL was asked where there is one. */
export function describeScriptDanger(change: ScriptChange, answer: string | undefined): string {
  const { scriptName, newUrl } = change;
  return newUrl === undefined
    ? `${scriptName} runs another command: if that fails, ${describeLoss(change)}. Run it in a shell on this server first.`
    : `${scriptName} will ask ${maskSecrets(newUrl)}, which answers now: ${answer ?? 'nothing'}. While that fails, ${describeLoss(change)}.`;
}

/** What is told of a new URL that this program cannot ask as the script does. */
export function describeUnaskedUrl(change: ScriptChange, newUrl: string, why: string): string {
  return `${change.scriptName} will ask ${maskSecrets(newUrl)}. That request ${describeNotRepeatable(why)}, so its result is unknown. While it fails, ${describeLoss(change)}. Run the command in a shell on this server first.`;
}

/** What a preview says of another URL, which it does not ask. */
export function describeNewUrl(change: ScriptChange, newUrl: string): string {
  return `${change.scriptName} will ask ${maskSecrets(newUrl)}. It is asked once when you save: if it does not answer well, you are told before anything changes. While it fails, ${describeLoss(change)}.`;
}

function describeLoss({ addresses, consequence }: ScriptChange): string {
  const served = joinWords(addresses);
  if (consequence.kind === 'fault') return `this server releases ${served}`;
  const { change, priority } = consequence;
  const to = priority === undefined ? '' : ` to ${priority}`;
  return `the priority of this server changes by ${change}${to}, and it hands ${served} over only to a server that then has a higher priority and preempts`;
}

function findOnlyUrlChange(
  last: ConfiguredScript | undefined,
  next: ConfiguredScript,
): string | undefined {
  const { healthcheckUrl: newUrl } = next;
  const oldUrl = last?.healthcheckUrl;
  if (newUrl === undefined || oldUrl === undefined) return undefined;
  return withoutUrl(last?.command) === withoutUrl(next.command) ? newUrl : undefined;
}

/** The command with a gap where its URL stands: a proxy or a header may name the same one. */
function withoutUrl(command = ''): string {
  const place = findScriptRequest(command)?.place;
  return place ? `${command.slice(0, place.start)}\0${command.slice(place.end)}` : command;
}

const findScript = ({ scripts }: ConfigurationSummary, name: string) =>
  scripts.find((script) => script.name === name);
