/** Which of keepalived's lines are worth asking it for news. Others repeat every second. */
import type { LogLine } from '../keepalived/runtime/log/log-lines.ts';
import { explainLine } from '../keepalived/runtime/messages/explain-message.ts';
import type { MessageId } from '../keepalived/runtime/messages/message-catalogue.ts';

const changes = new Set<MessageId>([
  'state-change',
  'sync-group-change',
  'priority-change',
  'fault-reason',
  'track-file',
  'interface-change',
  'child-died',
  'reload',
  'start-stop',
  'lower-priority-new-election',
  'address-not-permitted',
  'address-changed-by-another',
]);

const results = new Set<MessageId>([
  'script-result',
  'track-file',
  'process-quorum',
  'interface-change',
  'fault-reason',
  'state-change',
  'reload',
]);

/** Whether the states may have changed. */
export function isStateLine(line: LogLine): boolean {
  return isOneOf(changes, line);
}

/** Whether something that keepalived watches may have another result now. */
export function isHealthLine(line: LogLine): boolean {
  return isOneOf(results, line);
}

function isOneOf(ids: ReadonlySet<MessageId>, line: LogLine): boolean {
  const id = explainLine(line)?.id;
  return id !== undefined && ids.has(id);
}
