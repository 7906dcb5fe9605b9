import type { ActionOutcome } from '../../operations/outcomes.ts';
import type { Flash } from '../plugins/flash.ts';

/** What the next page says of an action: by which command, and what it printed if it failed. */
export function describeAction({
  ok,
  sentence,
  report,
}: Omit<ActionOutcome, 'needsConfirmation'>): Flash {
  return {
    tone: ok ? 'good' : 'bad',
    text: sentence,
    ...(report && { command: report.command }),
    ...(report && !ok && report.output !== '' && { output: report.output }),
  };
}
