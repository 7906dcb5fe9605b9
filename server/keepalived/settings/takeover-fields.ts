import { setInstanceFlag, setInstanceValue, setUnicastPeers } from '../config/edit/edits.ts';
import { parseConfiguration } from '../language/tree.ts';
import { judgeUnicastPeers } from './address-rules.ts';
import { splitEntries } from './setting-field.ts';
import type { SettingEdit, SettingField, SettingSurroundings } from './setting-field.ts';

interface Flag {
  nopreempt: boolean;
}
interface Peers {
  unicastPeers: string;
}

export const takeoverFields = {
  nopreempt: {
    label: 'Do not preempt (nopreempt)',
    help: 'A server that returns leaves the virtual IP where it is, until the other fails. Needs state BACKUP on both servers.',
    name: 'nopreempt',
    group: 'takeover',
    control: { kind: 'checkbox' },
    keywords: ['nopreempt'],
    read: ({ instance }) => instance.nopreempt === true,
    doubt: ({ nopreempt }: Flag, { instance, current }: SettingSurroundings<Flag>) =>
      nopreempt && !current.nopreempt && instance.initialState === 'MASTER'
        ? ['This also changes state MASTER to BACKUP, without which keepalived ignores nopreempt.']
        : [],
    write: writeNopreempt,
    examples: [true, false],
  },
  unicastPeers: {
    label: 'Unicast peers',
    help: 'The other server’s own address, one per line. Only for a network without multicast; otherwise leave it empty. Set it on both servers or on neither.',
    name: 'unicast peers',
    group: 'takeover',
    control: { kind: 'lines' },
    keywords: ['unicast_peer'],
    read: ({ instance }) => instance.unicastPeers.join('\n'),
    judge: judgeUnicastPeers,
    write: ({ tree, place, wanted }: SettingEdit<Peers>) =>
      setUnicastPeers(tree, place.instanceName, splitEntries(wanted.unicastPeers)),
    examples: ['10.64.0.3', '10.64.0.4'],
    peer: {
      must: 'same',
      label: 'Advertises by',
      tell: ({ unicastPeers }: Peers) => (unicastPeers === '' ? 'multicast' : 'unicast'),
    },
  },
} as const satisfies Record<string, SettingField<never>>;

/** With `state MASTER` keepalived ignores nopreempt (manual page), so that the state goes along. */
function writeNopreempt({ tree, place, wanted }: SettingEdit<Flag>) {
  const { instanceName, initialState } = place;
  const flagged = setInstanceFlag(tree, instanceName, 'nopreempt', wanted.nopreempt);
  if (!flagged.ok || !wanted.nopreempt || initialState === 'BACKUP') return flagged;
  return setInstanceValue(parseConfiguration(flagged.text, tree), instanceName, 'state', 'BACKUP');
}
