import { getAddress } from '../addresses/address-places.ts';
import { normalizeAddress } from '../addresses/addresses.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';
import type { ConfigurationSummary, ConfiguredInstance } from './questions.ts';

/**
 * What keepalived runs otherwise than the file says; undefined: nothing that can be told. What is
 * not read here (conditional lines, values with `$`) is not compared: a guess must not undo a save.
 * @param previous what it ran before, where that is known: only what was there can be left over
 * @returns a sentence without its full stop
 */
export function findInstanceDifference(
  expected: ConfigurationSummary,
  previous: ConfigurationSummary | undefined,
  running: readonly RuntimeInstance[],
): string | undefined {
  for (const instance of expected.instances) {
    if (isGenerated(instance)) continue;
    const found = running.find(({ name }) => name === instance.name);
    if (!found) return `keepalived did not load ${instance.name}`;
    if (instance.hasUnreadParts) continue;
    const difference = compare(instance, found);
    if (difference !== undefined) return difference;
  }
  const leftOver = previous?.instances.find(
    ({ name }) =>
      running.some((instance) => instance.name === name) &&
      !expected.instances.some((instance) => instance.name === name),
  );
  return leftOver && `keepalived still runs ${leftOver.name}, which is not in the file`;
}

/** A definition or a sequence in its name: the name that keepalived makes of it is not known. */
const isGenerated = ({ name }: ConfiguredInstance): boolean => /[$~]/.test(name);

function compare(configured: ConfiguredInstance, found: RuntimeInstance): string | undefined {
  const { name, virtualRouterId, priority } = configured;
  if (virtualRouterId !== undefined && found.virtualRouterId !== virtualRouterId) {
    return `${name} runs with virtual router ID ${found.virtualRouterId}, the file says ${virtualRouterId}`;
  }
  if (priority !== undefined && found.basePriority !== priority) {
    return `${name} runs with priority ${found.basePriority}, the file says ${priority}`;
  }
  const runs = new Set(found.addresses.map(getAddress));
  const missing = configured.addresses.find(
    ({ excluded, address }) => !excluded && !runs.has(normalizeAddress(address)),
  );
  return missing && `${name} runs without the virtual address ${missing.text}`;
}
