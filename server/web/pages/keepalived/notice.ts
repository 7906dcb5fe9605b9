import type { Notice } from '../../../history/notices.ts';
import { describeInstant } from '../../view/time-words.ts';

export interface NoticeModel {
  id: string;
  tone: 'bad' | 'calm';
  time: string;
  sentence: string;
}

/** What happened while nobody looked; it stays on the page until an administrator has seen it. */
export function describeNotice({ id, atMs, severity, sentence }: Notice): NoticeModel {
  return {
    id,
    tone: severity === 'critical' ? 'bad' : 'calm',
    time: describeInstant(atMs).text,
    sentence,
  };
}
