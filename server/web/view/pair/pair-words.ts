/** Words for what the picture of a pair shows. */
import type { RouterOnServer, SummarizedRouter } from '../../../keepalived/pair/pair-summary.ts';

/** One direction of the wire as a sentence; undefined: there is nothing to say of it. */
export function describeDirection({
  from,
  to,
  direction,
}: SummarizedRouter['wire'][number]): string | undefined {
  switch (direction.kind) {
    case 'heard':
      return `${to} hears the advertisements of ${from}.`;
    case 'refused':
      return `${to} refuses the advertisements of ${from}, because it uses ${direction.why}.`;
    case 'not-heard':
      return `${from} sends advertisements, ${to} does not hear them.`;
    case 'not-listening':
      return `${from} sends advertisements, ${to} does not listen.`;
    case 'unknown':
      return `Can’t tell whether ${to} hears ${from}.`;
    case 'not-sent':
      return undefined;
  }
}

/** On an arrow, where little fits. */
export function nameDirection({ kind }: SummarizedRouter['wire'][number]['direction']): string {
  switch (kind) {
    case 'heard':
      return 'heard';
    case 'refused':
      return 'refused';
    case 'not-heard':
      return 'not heard';
    case 'not-listening':
      return 'not listening';
    case 'unknown':
      return 'unknown';
    case 'not-sent':
      return '';
  }
}

/** Of a server that does not serve. */
export function describeReadiness({ readiness }: RouterOnServer): string {
  switch (readiness) {
    case 'ready':
      return 'ready';
    case 'degraded':
      return 'ready, with a warning';
    case 'not-ready':
      return 'not ready';
    case 'unknown':
      return 'readiness unknown';
  }
}
