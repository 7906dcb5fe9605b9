import type { ProgramOptions } from '../program-options.ts';
import type { Certificate } from '../shared/certificate.ts';
import type { Mirrored } from './handlers/status.ts';

/** What the agent tells by itself, and with what. Of each topic only the newest event counts. */
export interface TopicEvents {
  /** After each change of what was witnessed. */
  mirror: Mirrored;
  /** A session was ended, or an account was changed: who asks again is told who still may. */
  sessions: Record<string, never>;
  /** What the web serves with. */
  serving: {
    /** The settings of the program, as the agent has read them. */
    options: ProgramOptions;
    /** Signs the cookies of browsers. */
    secret: string;
    /** undefined: plain HTTP. */
    certificate: Certificate | undefined;
  };
  /** A report has news. */
  debug: Record<string, never>;
  /** keepalived logged something. */
  log: Record<string, never>;
}

export type AgentTopicName = keyof TopicEvents;
export const topicNames = [
  'mirror',
  'sessions',
  'serving',
  'debug',
  'log',
] as const satisfies readonly AgentTopicName[];
