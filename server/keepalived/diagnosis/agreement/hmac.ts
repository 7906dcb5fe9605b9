import type { HmacTrailer } from '../../wire/decoded-frame.ts';
import type { InstanceView } from '../instance-view.ts';
import type { Sender } from '../sender.ts';
import { createSettingCheck } from '../setting-check.ts';
import type { Comparison, Difference } from '../setting-check.ts';

const refused = 'This server refuses its advertisements, and both may become master.';
const sameClock = 'Let both servers take their time from the same source (chrony, NTP).';

/** The trailers of `auth_hmac` (keepalived 2.4), each way in which keepalived refuses one. */
export const compareHmac: Comparison = ({ configured, own }, peer) => {
  const ours = configured.hmac;
  const { source, last } = peer;
  const signs = ours !== undefined && ours.mode !== 'receive-only';
  if (signs && own && own.last.hmac === undefined && isComplete(own)) {
    return wrong(
      'The configuration has auth_hmac, but this server’s own advertisements are not signed: keepalived does not use the block.',
      'It needs keepalived 2.4. With that, reload or restart keepalived so that it loads the block.',
    );
  }
  if (last.hmac === undefined) {
    // Only of a whole packet it is known that nothing is behind it.
    if (!isComplete(peer)) return 'unknown';
    return ours === undefined ? 'same' : describeMissing(ours.mode, source);
  }
  if (ours === undefined) {
    if (configured.hasUnreadParts === true) return 'unknown';
    return wrong(
      `${source} signs its advertisements with auth_hmac, and this server has no auth_hmac. ${refused}`,
      'Write the same auth_hmac block on both servers. During a roll-out, begin with “mode receive-only” on every server.',
    );
  }
  return judgeTrailer(last.hmac, ours, peer);
};

const isComplete = ({ last }: Sender): boolean => !last.truncated && !last.fragmented;

function describeMissing(
  mode: 'enforce' | 'permissive' | 'receive-only',
  source: string,
): Difference {
  if (mode === 'enforce') {
    return wrong(
      `${source} sends no auth_hmac trailer, and this server requires one. ${refused}`,
      'Write auth_hmac there too. Until then, write “mode permissive” on this server.',
    );
  }
  return {
    verdict: 'suspicious',
    sentence: `${source} does not sign its advertisements yet. This server accepts them because its auth_hmac is in mode ${mode}: nothing is protected until both servers enforce it.`,
    remedy: 'When both servers sign, write “mode enforce” on both.',
  };
}

function judgeTrailer(
  { verdict, keyId, sentAtSeconds }: HmacTrailer,
  ours: NonNullable<InstanceView['configured']['hmac']>,
  peer: Sender,
): ReturnType<Comparison> {
  const { source, last } = peer;
  if (verdict === 'malformed') {
    return wrong(
      `The auth_hmac trailer of ${source} is of a kind that this server does not know. ${refused}`,
      'Use the same keepalived release on both servers.',
    );
  }
  const lateSeconds = Math.floor(last.atMs / 1000) - sentAtSeconds;
  if (ours.windowSeconds !== undefined && Math.abs(lateSeconds) > ours.windowSeconds) {
    const direction = lateSeconds > 0 ? 'behind' : 'ahead of';
    return wrong(
      `The clock of ${source} is ${Math.abs(lateSeconds)} s ${direction} this server’s; auth_hmac allows ${ours.windowSeconds} s. ${refused}`,
      sameClock,
    );
  }
  if (verdict === 'unknown-key') {
    return wrong(
      `${source} signs with the auth_hmac key ${keyId}, which this server does not have. ${refused}`,
      `Write the key ${keyId} into auth_hmac on this server too.`,
    );
  }
  if (verdict === 'wrong') {
    return wrong(
      `The auth_hmac key ${keyId} of ${source} has another value than this server’s, or its packets are changed on their way. ${refused}`,
      `Write the same key ${keyId} on both servers.`,
    );
  }
  if (isReplayed(peer)) {
    return wrong(
      `Advertisements of ${source} arrive a second time, or its clock was set back. This server refuses those.`,
      'Look for a loop in the network, or for a machine that replays packets. After a clock was set back, restart keepalived there.',
    );
  }
  if (verdict === 'unverified') return 'unknown';
  if (ours.mode !== 'receive-only') return 'same';
  return {
    verdict: 'suspicious',
    sentence: `${source} signs its advertisements and this server does not: its auth_hmac is in mode receive-only. A server in mode enforce refuses what this one sends.`,
    remedy: 'Write “mode permissive” here next, and “mode enforce” when both servers sign.',
  };
}

/** Whether a time stamp of it came that was not newer than the one before. */
function isReplayed({ advertisements }: Sender): boolean {
  const sequences = advertisements.flatMap(({ hmac, atMs, interfaceName }) =>
    hmac?.verdict === 'right' ? [{ sequence: hmac.sequence, atMs, interfaceName }] : [],
  );
  return sequences.some(({ sequence, interfaceName }, at) => {
    const before = sequences[at - 1];
    if (before?.interfaceName !== interfaceName) return false;
    return before !== undefined && sequence <= before.sequence;
  });
}

function wrong(sentence: string, remedy: string): Difference {
  return { verdict: 'wrong', sentence, remedy };
}

export const checkHmac = createSettingCheck(
  { id: 'hmac', title: 'Signed advertisements', setting: 'auth_hmac' },
  compareHmac,
  ({ configured }) =>
    configured.hmac === undefined
      ? 'Neither server signs its advertisements.'
      : 'Both servers sign with a key that the other knows.',
);
