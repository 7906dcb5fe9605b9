import { messageRules } from './message-rule.ts';

/** For messages that no other rule knows: what their wording gives away. The last row takes all. */
export const generalRules = messageRules([
  [
    'test-terminated',
    'fatal',
    /^Terminated$/,
    'keepalived’s test was stopped before it was done, so the file is not tested (a fault of versions before 2.2.8 with script_user).',
    'Try again; if it stays, update keepalived.',
  ],
  [
    'duplicate',
    'warning',
    /already (?:specified|defined|set)|[Dd]uplicate/,
    'Something is written twice; keepalived uses one of them.',
    'Remove one of them; the message of keepalived says what.',
  ],
  [
    'invalid-value',
    'fatal',
    /invalid|not valid|malformed|must be|outside .*range|too long|can't parse|unknown|no match/i,
    'A value is not one that keepalived accepts; it would load the file without it.',
    'Correct the value; the message of keepalived says which.',
  ],
  [
    'missing-value',
    'fatal',
    /missing|requires/i,
    'Something that is needed is missing; keepalived would load the file without it.',
    'Add it; the message of keepalived says what.',
  ],
  [
    'other',
    'warning',
    /^/,
    'keepalived reports a message that this page does not know.',
    'Read the message of keepalived.',
  ],
]);
