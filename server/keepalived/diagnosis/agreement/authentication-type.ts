import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';

const words = { none: 'none', password: 'PASS', ah: 'AH', unknown: 'of an unknown kind' } as const;

/** Measured, 2.2.7: AH against PASS logs nothing at all. */
export const compareAuthenticationType: Comparison = ({ version, authentication }, peer) => {
  const { last, source } = peer;
  // Version 3 has no authentication.
  if (last.version !== version || authentication === undefined) return 'unknown';
  if (last.authentication === authentication) return 'same';
  return {
    verdict: 'wrong',
    sentence: `The authentication of ${source} is ${words[last.authentication]}, of this server ${words[authentication]}. Each refuses the other’s advertisements, so both become master.`,
    remedy: 'Write the same authentication block on both servers.',
    ours: words[authentication],
    theirs: words[last.authentication],
  };
};

export const checkAuthenticationType = createSettingCheck(
  { id: 'authentication-type', title: 'Kind of authentication', setting: 'auth_type' },
  compareAuthenticationType,
  ({ authentication }) =>
    `Both servers use the same authentication (${words[authentication ?? 'unknown']}).`,
);
