import { mergeChains } from '../../keepalived/firewall/firewall-report.ts';
import type { FirewallReport } from '../../keepalived/firewall/firewall-report.ts';
import { readIptablesSave } from '../../keepalived/firewall/iptables/read-iptables.ts';
import { readNftRuleset } from '../../keepalived/firewall/nft/read-nft.ts';
import type { Chain } from '../../keepalived/firewall/rule-set.ts';
import { findExecutable } from '../commands/find-executable.ts';
import { runCommand } from '../commands/run-command.ts';
import type { CommandResult } from '../commands/run-command.ts';
import { UnseenError } from '../unseen-error.ts';
import { readFirewalld } from './firewalld.ts';
import { listUnreadRules } from './unread-rules.ts';

const names = ['iptables', 'ip6tables'] as const;
const candidates = ['nft', 'firewall-cmd', ...names.flatMap(listVariants)];

type Reading = { ok: true; chains: Chain[] } | { ok: false; problem: string };

/**
 * Every packet filter of this machine, by each tool that is installed (`nft`, `iptables-nft`,
 * `iptables-legacy`, ip6 likewise, `firewall-cmd`).
 */
export async function readFirewall(): Promise<FirewallReport> {
  const unseen = new Set<string>();
  const found = await Promise.all(
    candidates.map((name) =>
      findExecutable(name).catch((error: unknown) => {
        if (!(error instanceof UnseenError)) throw error;
        unseen.add(`Can’t tell whether ${name} is installed: ${error.message}.`);
        return undefined;
      }),
    ),
  );
  const programs = candidates.filter((_, at) => found[at] !== undefined);
  const [nft, saved, firewalld] = await Promise.all([
    programs.includes('nft') ? readNft() : undefined,
    Promise.all(listSavers(programs).map(readSaved)),
    programs.includes('firewall-cmd') ? readFirewalld() : undefined,
  ]);
  const readings = [...(nft ? [nft] : []), ...saved];
  // A reading that failed is told by itself.
  const isTold = saved.every(({ ok }) => ok);
  const unread = isTold ? await listUnreadRules(nft !== undefined, saved.flatMap(chainsOf)) : [];
  return {
    programs,
    chains: mergeChains(nft?.ok ? nft.chains : undefined, saved.flatMap(chainsOf)),
    problems: [
      ...unseen,
      ...readings.flatMap((reading) => (reading.ok ? [] : [reading.problem])),
      ...unread,
    ],
    firewalld,
  };
}

function listVariants(name: string): string[] {
  return [`${name}-nft`, `${name}-legacy`, name];
}

/** Where the variants have no programs of their own, the plain one tells what it is. */
function listSavers(programs: readonly string[]): { program: string; family: 'ip' | 'ip6' }[] {
  return names.flatMap((name) => {
    const family = name === 'iptables' ? 'ip' : 'ip6';
    const variants = listVariants(name).filter((variant) => programs.includes(variant));
    const chosen = variants.length > 1 ? variants.filter((variant) => variant !== name) : variants;
    return chosen.map((variant) => ({ program: `${variant}-save`, family }) as const);
  });
}

const limits = { timeoutMs: 10_000, maxOutputBytes: 16 * 1024 * 1024 };

async function readNft(): Promise<Reading> {
  const json = await runCommand('nft', ['-j', 'list', 'ruleset'], limits);
  const text = await runCommand('nft', ['-a', 'list', 'ruleset'], limits);
  const problem = findProblem(json) ?? findProblem(text);
  if (problem !== undefined) return { ok: false, problem };
  const chains = readNftRuleset(json.stdout, text.stdout);
  if (chains) return { ok: true, chains };
  return {
    ok: false,
    problem: `\`${json.command}\` printed output that this program does not understand.`,
  };
}

async function readSaved({
  program,
  family,
}: {
  program: string;
  family: 'ip' | 'ip6';
}): Promise<Reading> {
  const result = await runCommand(program, [], limits);
  const problem = findProblem(result);
  if (problem !== undefined) return { ok: false, problem };
  return { ok: true, chains: readIptablesSave(result.stdout, family) };
}

function findProblem({ kind, command, stderr, truncated }: CommandResult): string | undefined {
  if (kind === 'timedOut') return `\`${command}\` did not answer within 10 s.`;
  if (kind !== 'ok') return `\`${command}\` failed: ${stderr.trim()}`;
  return truncated ? `\`${command}\` printed more than can be read here.` : undefined;
}

function chainsOf(reading: Reading): Chain[] {
  return reading.ok ? reading.chains : [];
}
