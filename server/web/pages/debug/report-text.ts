import { describeInstant } from '../../view/time-words.ts';
import type { CheckWords } from './check-words.ts';
import type { DebugModel } from './view-model.ts';

/** The page as text, for a support ticket: nothing in it is secret. */
export function writeReport(model: DebugModel, hostName: string, nowMs: number): string {
  const { headline, notices, instances, wire, ownRules } = model;
  const lines = [
    `Debug report of ${hostName}, ${describeInstant(nowMs).text}`,
    '',
    `${headline.word}: ${headline.sentence}`,
    ...notices,
    ...instances.flatMap(({ name, attention, rest }) => [
      '',
      `Instance ${name}`,
      ...[...attention, ...rest].flatMap(writeCheck),
    ]),
    '',
    'Heard on the network',
    ...(wire.length === 0 ? ['  nothing'] : []),
    ...wire.map(
      (row) =>
        `  VRID ${row.virtualRouterId} on ${row.interfaceName}: ${row.source} (${row.macAddress}${row.isThisServer ? ', this server' : ''})` +
        ` priority ${row.priority}, every ${row.interval}, VRRP ${row.version}, authentication ${row.authentication},` +
        ` ${row.destination}, addresses ${row.addresses}, ${row.count} packets, last ${row.lastHeard}`,
    ),
    ...(ownRules.length === 0 ? [] : ['', 'Rules that this program added to the firewall']),
    ...ownRules.map(({ description, purpose }) => `  ${description}: ${purpose}`),
  ];
  return `${lines.join('\n')}\n`;
}

function writeCheck({ word, title, sentence, remedy, evidence }: CheckWords): string[] {
  return [
    `  [${word}] ${title}: ${sentence}`,
    ...(remedy === undefined ? [] : [`      What to do: ${remedy}`]),
    ...evidence.map(({ where, what, when }) =>
      `      Seen${where === '' ? '' : ` on ${where}`}${when === '' ? '' : ` at ${when}`}: ${what}`.replaceAll(
        '\n',
        '\n        ',
      ),
    ),
  ];
}
