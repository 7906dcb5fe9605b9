import type { MessageKind } from '../../../keepalived/runtime/messages/message-kind.ts';

/** What messages are about, in the words of the page. */
export const messageKinds = [
  { kind: 'transition', label: 'Transitions' },
  { kind: 'health', label: 'Health' },
  { kind: 'mismatch', label: 'Mismatches' },
  { kind: 'configuration', label: 'Configuration' },
  { kind: 'start-stop', label: 'Start and stop' },
  { kind: 'network', label: 'Network' },
  { kind: 'other', label: 'Other' },
] as const satisfies readonly { kind: MessageKind; label: string }[];
