import type { InstanceChange, InstanceSetting } from './instance-change.ts';
import { joinWords } from './words.ts';

/**
 * The settings that change and must be equal on both servers: while they differ, each server
 * discards the advertisements of the other or does not hear them (measured with 2.2.7: see the
 * table of log messages in the facts), whether it is master or stands by.
 * @returns each as words: `the virtual router ID changes from 51 to 52`
 */
export function findBreaches({ before, after, passwordChanges }: InstanceChange): string[] {
  if (!before || !after) return [];
  const breaches: string[] = [];
  const compare = (what: string, read: (setting: InstanceSetting) => string | number): void => {
    const [old, next] = [read(before), read(after)];
    if (old !== next) breaches.push(`${what} changes from ${old} to ${next}`);
  };
  compare('the virtual router ID', ({ virtualRouterId }) => virtualRouterId ?? 'none');
  compare('the interface', ({ interfaceName }) => interfaceName ?? 'none');
  compare('the VRRP version', ({ version }) => version);
  compare('the way of advertising', describeChannel);
  if (before.version === 2 && after.version === 2) {
    compare('the advertisement interval', (setting) => `${setting.advertIntervalSeconds} s`);
    compare('the authentication', ({ authentication }) => authentication);
    if (passwordChanges && before.authentication === after.authentication) {
      breaches.push('the password changes');
    }
  }
  if (!isSameSet(before.advertised, after.advertised)) {
    breaches.push(
      `the list of virtual IPs changes from ${joinWords(before.advertised)} to ${joinWords(after.advertised)}`,
    );
  }
  return breaches;
}

/**
 * The unicast peers that hear this server no longer. It hears them on: keepalived does not ask whether
 * a sender is in its list (measured, 2.2.7). Whether one of them runs at all is not known here.
 */
export function findLostPeers({ before, after }: InstanceChange): string[] {
  if (!before || !after || after.unicastPeers.length === 0) return [];
  return before.unicastPeers.filter((peer) => !after.unicastPeers.includes(peer));
}

function describeChannel({ unicastPeers, multicastDestination }: InstanceSetting): string {
  if (unicastPeers.length > 0) return 'unicast';
  return multicastDestination === undefined ? 'multicast' : `multicast to ${multicastDestination}`;
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((member) => other.includes(member));
}
