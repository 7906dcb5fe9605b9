import type { ActionRecord, TransitionRecord } from '../../../state/state-keeper.ts';
import { findAction } from '../../view/find-action.ts';

/** Who did it, and from where: `at the time of a save by admin from 192.168.0.7`. */
export function describeAuthor(
  transition: Pick<TransitionRecord, 'atMs'>,
  actions: readonly ActionRecord[],
): string {
  const action = findAction(transition, actions);
  if (!action) return '';
  const { what, instance, drillAction, userName, remoteAddress } = action;
  if (what === 'going-back') return unconfirmedWords;
  const asked = drillAction ? `: ${drillWords[drillAction]}` : '';
  const of = instance === undefined ? '' : ` of ${instance}`;
  const from = remoteAddress === undefined ? '' : ` from ${remoteAddress}`;
  return `at the time of ${actionWords[what]}${of} by ${userName}${from}${asked}`;
}

const unconfirmedWords =
  'at the time of an automatic rollback by keepalived-wai: nobody confirmed the change';

const actionWords: Record<Exclude<ActionRecord['what'], 'going-back'>, string> = {
  ...{ drill: 'a drill', save: 'a save', start: 'a start', stop: 'a stop' },
  ...{ restart: 'a restart', reload: 'a reload', firewall: 'a firewall change' },
};

const drillWords = {
  standby: 'Move to standby',
  'take-over': 'Take over',
  maintenance: 'Maintenance',
  end: 'End maintenance, back to normal',
} as const;
