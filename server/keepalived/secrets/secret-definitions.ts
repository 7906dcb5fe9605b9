import { findLineSecrets } from './line-secrets.ts';

const reference = /\$(?:\{(\w{1,64})\}|(\w{1,64}))/g;
const definition = /^[\s\-+#!]*(?:@\S*\s+)?\$(\w{1,64})[ \t]*=/;

/**
 * The definitions whose value is used where a secret stands, directly or by another definition:
 * `$PW` of `auth_pass $PW`, also where it is defined in another of these files. In linear time.
 * @param known names that are known to be used so
 */
export function findSecretDefinitions(
  texts: readonly string[],
  known: ReadonlySet<string> = new Set(),
): Set<string> {
  const names = new Set(known);
  const uses = new Map<string, string[]>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    if (!line.includes('$')) continue;
    for (const { start, end } of findLineSecrets(line.trimEnd(), () => false)) {
      for (const name of referencesIn(line.slice(start, end))) names.add(name);
    }
    const [begin, name] = definition.exec(line) ?? [];
    if (begin === undefined || name === undefined) continue;
    const used = uses.get(name) ?? [];
    used.push(...referencesIn(line.slice(begin.length)));
    uses.set(name, used);
  }
  // What a secret is made of is one; a Set yields also what is added meanwhile.
  for (const name of names) {
    for (const used of uses.get(name) ?? []) names.add(used);
    uses.delete(name);
  }
  return names;
}

function referencesIn(text: string): string[] {
  return Array.from(text.matchAll(reference), ([, braced, bare]) => braced ?? bare ?? '');
}
