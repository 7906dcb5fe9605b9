import type { ConfigurationFileContent } from '../../appliance/appliance.ts';
import type { ApplyOutcome } from '../outcomes.ts';

/** The tag of what was read; null: there is no file. */
export const tagOf = (content: ConfigurationFileContent): string | null =>
  content.ok ? content.tag : null;

/** Somebody else wrote the file: nothing of his is overwritten. */
export function conflictWith(
  current: ConfigurationFileContent,
): Extract<ApplyOutcome, { kind: 'conflict' }> {
  return {
    kind: 'conflict',
    currentTag: tagOf(current),
    currentText: current.ok ? current.text : undefined,
    message: `${current.path} was changed by somebody else since you opened it. Nothing was overwritten.`,
  };
}
