import type { Firewalld } from '../../keepalived/firewall/firewall-report.ts';
import { parseActiveZones } from '../../keepalived/firewall/firewalld-zones.ts';
import { runCommand } from '../commands/run-command.ts';

/** firewalld(1) while it runs; undefined: it does not. Its rules are read where it puts them. */
export async function readFirewalld(): Promise<Firewalld | undefined> {
  if ((await ask('--state')) !== 'running') return undefined;
  const defaultZone = (await ask('--get-default-zone')) ?? 'public';
  const { zones, sources } = parseActiveZones((await ask('--get-active-zones')) ?? '');
  const bound = [...Object.values(zones), ...sources.map(({ zone }) => zone)];
  const zoneNames = [...new Set([defaultZone, ...bound])];
  const richRules = await Promise.all(
    zoneNames.map(async (zone) => {
      const answer = (await ask(`--zone=${zone}`, '--list-rich-rules')) ?? '';
      const lines = answer.split('\n').filter((line) => line !== '');
      return lines.map((text) => ({ zone, text }));
    }),
  );
  return { defaultZone, zones, sources, richRules: richRules.flat() };
}

async function ask(...words: string[]): Promise<string | undefined> {
  const result = await runCommand('firewall-cmd', words, { timeoutMs: 5000 });
  return result.kind === 'ok' ? result.stdout.trim() : undefined;
}
