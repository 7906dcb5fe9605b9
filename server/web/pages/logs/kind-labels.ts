import type { MessageKind } from '../../../keepalived/runtime/messages/message-kind.ts';

/** What messages are about, in the words of the page. */
export const kindLabels: Record<MessageKind, string> = {
  transition: 'Transitions',
  health: 'Health',
  mismatch: 'Mismatches',
  configuration: 'Configuration',
  'start-stop': 'Start and stop',
  network: 'Network',
  other: 'Other',
};
