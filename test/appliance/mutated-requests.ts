/** Values that are nearly those of a sample: its form, with some places changed, by a seed. */
type Random = (below: number) => number;

const odd: unknown[] = [
  ...[null, true, 0, -1, 1e308, 2 ** 53, '', '\u0000', '../../etc/shadow', '-x', '$(id)', '%s%n'],
  ...['x'.repeat(5_000), '\ud800', '\u202e', [], {}, [[[[[]]]]], [null], 'now', 'live', 'admin'],
  JSON.parse('{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}'),
];

/** @returns the sample with one to three places changed: another value, one more, one less */
export function mutate(sample: unknown, random: Random): unknown {
  const copy = { root: structuredClone(sample) };
  const changes = 1 + random(3);
  for (let change = 0; change < changes; change += 1) changeOne(copy, random);
  return copy.root;
}

function changeOne(root: { root: unknown }, random: Random): void {
  const places = listPlaces(root);
  const place = places[random(places.length)];
  if (!place) return;
  const { holder, key } = place;
  const value = holder[key];
  switch (random(5)) {
    case 0:
      if (key !== 'root') Reflect.deleteProperty(holder, key);
      return;
    case 1:
      if (isHolder(value)) value[random(2) === 0 ? 'more' : '0'] = pickOdd(random);
      else holder[key] = [value, value];
      return;
    case 2:
      holder[key] = typeof value === 'string' ? changeText(value, random) : pickOdd(random);
      return;
    default:
      holder[key] = pickOdd(random);
  }
}

const pickOdd = (random: Random): unknown => structuredClone(odd[random(odd.length)]);

function changeText(text: string, random: Random): string {
  const at = random(text.length + 1);
  return `${text.slice(0, at)}${String.fromCharCode(random(0x3000))}${text.slice(at + random(2))}`;
}

type Holder = Record<string, unknown>;
const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

function listPlaces(holder: Holder): { holder: Holder; key: string }[] {
  return Object.keys(holder).flatMap((key) => {
    const value = holder[key];
    return [{ holder, key }, ...(isHolder(value) ? listPlaces(value) : [])];
  });
}
