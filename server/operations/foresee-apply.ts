import type { Appliance } from '../appliance/appliance.ts';
import { findPasswordChanges } from '../keepalived/config/password-changes.ts';
import { summarizeConfigurations } from '../keepalived/config/questions.ts';
import { nothingForeseen } from '../keepalived/foresight/foresight-result.ts';
import type { Foresight } from '../keepalived/foresight/foresight-result.ts';
import { foreseeChange } from '../keepalived/foresight.ts';
import type { ForeseenChange } from '../keepalived/foresight.ts';
import type { Sighting } from '../keepalived/proof.ts';
import { readConfigurationParts } from '../state/live-configuration.ts';

/**
 * What saving this text would do to the virtual addresses, as keepalived and the files are now. A
 * stored file does nothing. An include that comes or goes with the text is not followed.
 */
export async function foreseeApply(
  appliance: Appliance,
  { fileId, text }: { fileId: string; text: string },
  sighting: Sighting,
): Promise<Foresight> {
  if (fileId.startsWith('stored-')) return nothingForeseen;
  const parts = await readConfigurationParts(appliance);
  const before = parts.flatMap((part) => (part.ok ? [part] : []));
  const after = parts.flatMap((part) =>
    part.id === fileId ? [{ path: part.path, text }] : part.ok ? [part] : [],
  );
  return foreseeChange({
    before: summarizeConfigurations(before),
    after: summarizeConfigurations(after),
    passwordChanges: findPasswordChanges(before, after),
    running: readRunning(sighting),
  });
}

function readRunning({ daemon, runtime }: Sighting): ForeseenChange['running'] {
  if (daemon.state !== 'running') return 'stopped';
  return runtime?.ok ? runtime.instances : 'unknown';
}
