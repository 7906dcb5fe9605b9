import { findSecretDefinitions } from '../../keepalived/secrets/secret-definitions.ts';
import type { ApplyDependencies } from '../dependencies.ts';

/**
 * The definitions that any file uses for a secret, now or in any version that is kept: one file may
 * define what another one uses, and one of them may have changed since.
 */
export async function findKeptSecretDefinitions({
  appliance,
  versions,
}: Pick<ApplyDependencies, 'appliance' | 'versions'>): Promise<Set<string>> {
  const texts = new Map<string, string>();
  for (const { id } of await appliance.listConfigurationFiles()) {
    const content = await appliance.readConfigurationFile(id);
    if (content.ok) texts.set(content.tag, content.text);
  }
  for (const { id, tag } of await versions.list()) {
    if (texts.has(tag)) continue;
    // A damaged one is told where it is asked for; it cannot be shown either.
    const kept = await versions.read(id).catch(() => undefined);
    if (kept) texts.set(tag, kept.text);
  }
  return findSecretDefinitions([...texts.values()]);
}
