interface NftTexts {
  /** By `family table chain`, then by handle. */
  rules: Map<string, Map<number, string>>;
  /** The devices of ingress and egress chains, which the JSON of 1.0.6 leaves out (measured). */
  devices: Map<string, string[]>;
  /** Tables that are switched off, `family name`: no packet passes their chains (nft(8), TABLES). */
  dormant: Set<string>;
}

/** The rules' own words from `nft -a list ruleset`, where each ends with `# handle 5`. */
export function readNftTexts(text: string): NftTexts {
  const texts: NftTexts = { rules: new Map(), devices: new Map(), dormant: new Set() };
  let table = '';
  let chain: string | undefined;
  let pending: string[] = [];
  for (const line of text.split('\n')) {
    const opening = /^\t?(table|chain) (.+) \{(?: # handle \d+)?$/.exec(line);
    if (opening) {
      const [, kind, name = ''] = opening;
      if (kind === 'table') table = name;
      chain = kind === 'chain' ? `${table} ${name}` : undefined;
      pending = [];
    } else if (chain !== undefined && line.startsWith('\t\ttype ')) {
      const devices = readDevices(line);
      if (devices.length > 0) texts.devices.set(chain, devices);
    } else if (/^\tflags (?:.*\W)?dormant\b/.test(line)) {
      texts.dormant.add(table);
    } else if (/^\t?\}/.test(line)) {
      chain = undefined;
    } else if (chain !== undefined) {
      // A long set goes on over several lines.
      const ended = /^(.*) # handle (\d+)$/.exec(line);
      pending.push((ended?.[1] ?? line).trim());
      if (!ended) continue;
      const rules = texts.rules.get(chain) ?? new Map<number, string>();
      rules.set(Number(ended[2]), pending.join(' ').trim());
      texts.rules.set(chain, rules);
      pending = [];
    }
  }
  return texts;
}

/** `… hook ingress device "eth0" priority …`, `… devices = { "eth0", "eth1" } priority …` */
function readDevices(line: string): string[] {
  const [, list = ''] = /devices? (?:= )?(.*?) priority/.exec(line) ?? [];
  return [...list.matchAll(/[^\s",{}]+/g)].map(([name]) => name);
}
