import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';

export const compareInstancePassword: Comparison = (
  { version, authentication },
  { source, last },
) => {
  if (last.version !== version || last.authentication !== authentication) return 'unknown';
  if (authentication === 'none' || last.passwordMatchesOurs === true) return 'same';
  if (last.passwordMatchesOurs === undefined) return 'unknown';
  return {
    verdict: 'wrong',
    sentence: `${source} uses a different password. Each refuses the other’s advertisements, so both become master.`,
    remedy:
      'Write the same auth_pass on both servers; only its first 8 characters count. Look for capital letters and for a “#” or “!”, which begins a comment.',
  };
};

export const checkInstancePassword = createSettingCheck(
  { id: 'password', title: 'Password', setting: 'auth_pass' },
  compareInstancePassword,
  ({ authentication }) =>
    authentication === 'none'
      ? 'Neither server uses a password.'
      : 'Both servers use the same password.',
);
