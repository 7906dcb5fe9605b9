import type { MessageExplanation } from '../../../keepalived/runtime/messages/explain-message.ts';
import type { Tone } from '../../view/tone.ts';

/** What a line is about, to be seen at a glance: never by colour alone. */
export interface LogMark {
  shape: string;
  word: string;
  /** A class of the style sheet. */
  tone: `tone-${Tone}`;
}

type Kind = MessageExplanation['kind'];
type Severity = MessageExplanation['severity'];

const shapes: Record<Kind, string> = {
  transition: '◆',
  health: '✚',
  mismatch: '≠',
  configuration: '≡',
  'start-stop': '▸',
  network: '⇄',
};
const kindWords: Record<Kind, string> = {
  transition: 'Election',
  health: 'Health',
  mismatch: 'Mismatch',
  configuration: 'Configuration',
  'start-stop': 'Start or stop',
  network: 'Network',
};
const tones: Record<Severity, Tone> = {
  info: 'mute',
  event: 'calm',
  warning: 'warn',
  error: 'bad',
  fatal: 'bad',
};
/** Said beside what it is about. */
const severityWords: Record<Severity, string> = {
  info: '',
  event: '',
  warning: 'Warning: ',
  error: 'Error: ',
  fatal: 'Fatal: ',
};

const states: Record<string, LogMark> = {
  MASTER: { shape: '●', word: 'Became master', tone: 'tone-good' },
  BACKUP: { shape: '○', word: 'Became backup', tone: 'tone-calm' },
  FAULT: { shape: '▲', word: 'Fault', tone: 'tone-bad' },
};
/** Of the messages that matter most when somebody looks for a switch. */
const ownMarks: Partial<Record<MessageExplanation['id'], LogMark>> = {
  'priority-zero-sent': { shape: '◇', word: 'Gave up master', tone: 'tone-warn' },
  'priority-zero-received': { shape: '◇', word: 'Other gave up', tone: 'tone-calm' },
  'advertisement-timeout': { shape: '◌', word: 'No master heard', tone: 'tone-warn' },
};

/** The mark of a message that is known. */
export function findMark({ id, kind, severity, values }: MessageExplanation): LogMark {
  const state = id === 'state-change' ? states[values['state'] ?? ''] : undefined;
  return (
    state ??
    ownMarks[id] ?? {
      shape: shapes[kind],
      word: severityWords[severity] + kindWords[kind],
      tone: `tone-${tones[severity]}`,
    }
  );
}
