import { getChildren } from '../../language/block-reading.ts';
import { getConfigurationPlace } from '../../language/place.ts';
import type { ConfigurationPlace } from '../../language/place.ts';
import { findStatements } from '../../language/tree.ts';
import type { ConfigurationNode, Statement } from '../../language/tree.ts';
import type { Finding } from './finding.ts';

/** A program that keepalived is to run when a state changes. */
export interface NotifyProgram extends ConfigurationPlace {
  keyword: string;
  /** Absolute path. */
  program: string;
}

const notifyKeywords = new Set([
  ...['notify', 'notify_master', 'notify_backup', 'notify_fault', 'notify_stop'],
  ...['notify_deleted', 'notify_master_rx_lower_pri'],
]);

/**
 * The notify scripts of instances and sync groups that are named by an absolute path; one that
 * stands behind a `$` or in a conditional line is not known.
 */
export function findNotifyPrograms(nodes: readonly ConfigurationNode[]): NotifyProgram[] {
  return ['vrrp_instance', 'vrrp_sync_group']
    .flatMap((keyword) => findStatements(nodes, keyword))
    .flatMap(getChildren)
    .filter((node): node is Statement => node.kind === 'statement' && node.origin === 'plain')
    .flatMap((statement) => {
      const [keyword, command] = statement.words;
      // One word may hold the command and its arguments.
      const program = command?.text.trim().split(/\s/)[0];
      return notifyKeywords.has(keyword.text) && program?.startsWith('/') === true
        ? [{ keyword: keyword.text, program, ...getConfigurationPlace(statement) }]
        : [];
    });
}

/**
 * `keepalived -t` does not look for notify scripts (measured); one fails when it is needed.
 * @param look whether the program is there and can be run, or why that cannot be told
 */
export function describeProgram(
  { keyword, program, ...place }: NotifyProgram,
  look: { known: true; isExecutable: boolean } | { known: false; reason: string } | undefined,
): Finding[] {
  if (look?.known === true && look.isExecutable) return [];
  if (look?.known === true) {
    return [
      {
        severity: 'warning',
        code: 'notify-script-missing',
        ...place,
        message: `The ${keyword} script ${program} does not exist or cannot be run, so nobody would be told.`,
        remedy: 'Install it and make it executable, or correct its path.',
      },
    ];
  }
  return [
    {
      severity: 'info',
      code: 'notify-script-unseen',
      ...place,
      message: `Can’t tell whether the ${keyword} script ${program} can be run${look ? `: ${look.reason}` : ''}.`,
      remedy: 'Check it on the server itself.',
    },
  ];
}
