import type { ActionOutcome } from '../../../operations/outcomes.ts';
import type { FindingItem } from './findings.ts';

/** What is asked before it is done. */
export type AnywayKind = 'restart' | 'stop';

/** Where the answer goes, and where the way back leads. */
interface AnywayForm {
  path: string;
  fields: Record<string, string>;
  back: { path: string; label: string };
}

export interface AnywayModel {
  title: string;
  sentence: string;
  dangers: string[];
  findings: FindingItem[];
  form: AnywayForm;
  /** Of the button that does it. */
  label: string;
  explanation: string;
  /** What is said while it is being done. */
  busy: string;
  /** A better way. */
  instead: { path: string; label: string; explanation: string };
}

/** The page `anyway`: what would happen, a better way, and the button that does it anyway. */
export function describeAnyway(
  kind: AnywayKind,
  { sentence, dangers = [] }: ActionOutcome,
  form: AnywayForm,
): AnywayModel {
  const asked = { sentence, dangers, findings: [], form };
  switch (kind) {
    case 'restart':
      return {
        ...asked,
        ...{ title: 'Not restarted yet', label: 'Restart anyway' },
        explanation:
          'keepalived stops, which releases its addresses, and starts with the file as it is.',
        busy: 'keepalived is being restarted. A start takes up to a minute if a name server does not answer.',
        instead: {
          ...{ path: '/keepalived/edit', label: 'Edit Config Files' },
          explanation: 'See the file as it is now, and correct it.',
        },
      };
    case 'stop':
      return {
        ...asked,
        ...{ title: 'Not stopped yet', label: 'Stop anyway' },
        explanation:
          'keepalived stops, and this server no longer serves the addresses that are listed here.',
        busy: 'keepalived is stopping. This takes a few seconds.',
        instead: {
          ...{ path: form.back.path, label: 'Keep keepalived running' },
          explanation: 'Nothing was changed.',
        },
      };
  }
}
