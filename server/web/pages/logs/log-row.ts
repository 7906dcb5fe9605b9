import type { LogLine } from '../../../keepalived/runtime/log/log-lines.ts';
import { explainMessage } from '../../../keepalived/runtime/messages/explain-message.ts';
import type { MessageExplanation } from '../../../keepalived/runtime/messages/explain-message.ts';

/** A line of the log as the page shows it, made here or by the browser. */
export interface LogRow {
  time: string;
  /** For the `datetime` attribute, where the time could be read. */
  iso?: string | undefined;
  process: string;
  message: string;
  /** Of a message that is known: how serious it is, what it means and what to do. */
  known?: { severity: Severity; explanation: string; whatToDo?: string | undefined } | undefined;
}

interface Severity {
  shape: string;
  word: string;
  /** A class of the style sheet. */
  tone: string;
}

const severities: Record<MessageExplanation['severity'], Severity> = {
  info: { shape: '○', word: 'Note', tone: 'tone-mute' },
  event: { shape: '●', word: 'Event', tone: 'tone-calm' },
  warning: { shape: '▲', word: 'Warning', tone: 'tone-warn' },
  error: { shape: '■', word: 'Error', tone: 'tone-bad' },
  fatal: { shape: '✖', word: 'Fatal', tone: 'tone-bad' },
};

/** Describes a line of keepalived's log. */
export function describeLine({ atMs, timeText, tag, pid, message }: LogLine): LogRow {
  const known = explainMessage(message);
  return {
    time: timeText,
    iso: atMs === undefined ? undefined : new Date(atMs).toISOString(),
    process: pid === undefined ? tag : `${tag}[${pid}]`,
    message,
    known: known && {
      severity: severities[known.severity],
      explanation: known.explanation,
      whatToDo: known.whatToDo,
    },
  };
}
