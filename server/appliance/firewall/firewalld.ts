import type { Firewalld } from '../../keepalived/firewall/firewall-report.ts';
import { runCommand } from '../commands/run-command.ts';

/** firewalld(1) while it runs; undefined: it does not. Its rules are read where it puts them. */
export async function readFirewalld(): Promise<Firewalld | undefined> {
  if ((await ask('--state')) !== 'running') return undefined;
  const defaultZone = (await ask('--get-default-zone')) ?? 'public';
  const zones = parseActiveZones((await ask('--get-active-zones')) ?? '');
  const zoneNames = [...new Set([defaultZone, ...Object.values(zones)])];
  const richRules = await Promise.all(
    zoneNames.map(async (zone) => {
      const answer = (await ask(`--zone=${zone}`, '--list-rich-rules')) ?? '';
      const lines = answer.split('\n').filter((line) => line !== '');
      return lines.map((text) => ({ zone, text }));
    }),
  );
  return { defaultZone, zones, richRules: richRules.flat() };
}

/** `public (default)` and below it `  interfaces: eth0 eth1`. */
export function parseActiveZones(output: string): Record<string, string> {
  const zones: Record<string, string> = {};
  let zone = '';
  for (const line of output.split('\n')) {
    const [, listed] = /^\s+interfaces: (.*)$/.exec(line) ?? [];
    if (/^\S/.test(line)) zone = line.split(' ')[0] ?? '';
    for (const name of listed?.split(' ') ?? []) zones[name] = zone;
  }
  return zones;
}

async function ask(...words: string[]): Promise<string | undefined> {
  const result = await runCommand('firewall-cmd', words, { timeoutMs: 5000 });
  return result.kind === 'ok' ? result.stdout.trim() : undefined;
}
