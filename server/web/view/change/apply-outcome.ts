import type { ApplyOutcome } from '../../../operations/outcomes.ts';
import type { Flash } from '../../plugins/flash.ts';
import { describeFindings } from './findings.ts';
import type { FindingItem } from './findings.ts';

/** Where somebody keeps or rolls back a change that waits to be confirmed. */
export const confirmPath = '/keepalived/confirm';

export type Success = Extract<ApplyOutcome, { kind: 'live' | 'saved' }>;
export type Failure = Exclude<ApplyOutcome, Success>;

/** Whether the new text is on the disk. */
export function isSuccess(outcome: ApplyOutcome): outcome is Success {
  return outcome.kind === 'live' || outcome.kind === 'saved';
}

/** What the next page says of a file that was written. */
export function describeSuccess(outcome: Success, path: string): Flash {
  const warnings = outcome.findings.filter(({ severity }) => severity === 'warning').length;
  const note =
    warnings === 0 ? '' : ` It has ${warnings === 1 ? 'a warning' : `${warnings} warnings`}.`;
  const observations = outcome.kind === 'live' ? (outcome.observations ?? []) : [];
  const observed = observations.map(({ sentence }) => ` ${sentence}`).join('');
  return {
    tone: observations.every(({ asForeseen }) => asForeseen) ? 'good' : 'info',
    text: `The configuration has changed: ${path} was saved. ${getConsequence(outcome)}${observed}${note}`,
    ...(outcome.kind === 'live' && outcome.report && { command: outcome.report.command }),
  };
}

function getConsequence(outcome: Success): string {
  if (outcome.kind === 'live') return 'keepalived is running with it.';
  return outcome.reason === 'stored-file'
    ? 'It is a stored configuration. It is not used until you set it as the default.'
    : 'keepalived is stopped. It reads the file when it starts.';
}

/** Why nothing was changed, or what was restored; shown above the form with the text kept. */
export interface FailureNotice {
  statusCode: 409 | 422 | 500;
  title: string;
  sentence: string;
  findings: FindingItem[];
  /** What must be accepted before it is done. */
  dangers: string[];
  /** Where to go on from here. */
  link: { href: string; label: string } | undefined;
}

/** @param text what was to be written: the findings speak of its lines */
export function describeFailure(outcome: Failure, text: string): FailureNotice {
  const notice = {
    sentence: outcome.message,
    findings: 'findings' in outcome ? describeFindings(outcome.findings, text) : [],
    dangers: 'dangers' in outcome ? outcome.dangers : [],
    link:
      outcome.kind === 'awaiting-confirmation'
        ? { href: confirmPath, label: 'Keep it or roll back' }
        : undefined,
  };
  switch (outcome.kind) {
    case 'refused':
      return { ...notice, statusCode: 422, title: 'Not saved: the file has errors' };
    case 'needs-acceptance':
      if (outcome.addedCommands.length > 0) {
        return { ...notice, statusCode: 422, title: 'Not saved yet: confirm what this adds' };
      }
      return { ...notice, statusCode: 409, title: 'Not saved yet: this can do harm' };
    case 'awaiting-confirmation':
      return {
        ...notice,
        statusCode: 409,
        title: 'Not saved: another change is waiting for confirmation',
      };
    case 'conflict':
      return {
        ...notice,
        statusCode: 409,
        title: 'Not saved: someone changed the file after you opened it',
      };
    case 'failed':
      return { ...notice, statusCode: 500, title: 'Not saved' };
    case 'restored':
      return {
        ...notice,
        statusCode: 422,
        title: 'Rolled back: the previous file is in place again',
      };
    case 'restore-failed':
      return { ...notice, statusCode: 500, title: 'keepalived needs your attention' };
  }
}
