import { z } from 'zod';
import type { Chain, Hook } from '../rule-set.ts';
import { readNftSteps } from './nft-statements.ts';
import { readNftTexts } from './nft-texts.ts';

const placeSchema = z.object({ family: z.string(), table: z.string() });

const chainSchema = placeSchema.extend({
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().optional(),
  policy: z.string().optional(),
});

const ruleSchema = placeSchema.extend({
  chain: z.string(),
  handle: z.number(),
  comment: z.string().optional(),
  expr: z.array(z.record(z.string(), z.unknown())),
});

const setSchema = placeSchema.extend({
  name: z.string(),
  elem: z.array(z.unknown()).optional(),
});

const rulesetSchema = z.object({
  nftables: z.array(
    z.object({
      chain: chainSchema.optional(),
      rule: ruleSchema.optional(),
      set: setSchema.optional(),
      map: setSchema.optional(),
    }),
  ),
});

/**
 * Reads what `nft -j list ruleset` prints (libnftables-json(5)), and for the words of its rules what
 * `nft -a list ruleset` prints. Of rules that iptables made it shows only parts.
 * @returns undefined if it is not understood.
 */
export function readNftRuleset(json: string, text: string): Chain[] | undefined {
  const parsed = rulesetSchema.safeParse(parseJson(json));
  if (!parsed.success) return undefined;
  const objects = parsed.data.nftables;
  const texts = readNftTexts(text);
  const sets = new Map<string, unknown[]>(
    objects.flatMap(({ set, map }) => {
      const named = set ?? map;
      return named ? [[keyOf(named, named.name), named.elem ?? []]] : [];
    }),
  );
  const chains = objects.flatMap(({ chain }): Chain[] => {
    if (!chain) return [];
    const { family, table, name } = chain;
    const devices = texts.devices.get(keyOf(chain, name));
    const isHooked = !texts.dormant.has(`${family} ${table}`);
    const base = isHooked ? findBase(chain, devices) : undefined;
    return [{ manager: 'nft', family, table, chain: name, base, rules: [] }];
  });
  const byKey = new Map(chains.map((chain) => [keyOf(chain, chain.chain), chain]));
  for (const { rule } of objects) {
    if (!rule) continue;
    const { handle, comment, expr } = rule;
    const words = texts.rules.get(keyOf(rule, rule.chain))?.get(handle) ?? JSON.stringify(expr);
    const steps = readNftSteps(expr, {
      ...{ text: words, family: rule.family },
      getSet: (name) => sets.get(keyOf(rule, name)),
    });
    byKey.get(keyOf(rule, rule.chain))?.rules.push({
      ...{ handle, text: words, comment, steps },
      ...(expr.some((statement) => 'xt' in statement) ? { isPartial: true } : {}),
    });
  }
  return chains;
}

function keyOf({ family, table }: { family: string; table: string }, name: string): string {
  return `${family} ${table} ${name}`;
}

const hooks: readonly Hook[] = [
  ...(['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress'] as const),
];

function findBase(
  { type, hook: name, prio = 0, policy }: z.output<typeof chainSchema>,
  devices: string[] | undefined,
): Chain['base'] {
  const hook = hooks.find((candidate) => candidate === name);
  if (hook === undefined) return undefined;
  const isBound = hook === 'ingress' || hook === 'egress';
  return {
    ...{ hook, priority: prio, policy: policy === 'drop' ? 'drop' : 'accept' },
    ...(isBound && devices ? { devices } : {}),
    ...(type === 'nat' ? { isNat: true } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
