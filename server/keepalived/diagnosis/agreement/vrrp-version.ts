import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';

export const compareVersion: Comparison = ({ version }, { source, last }) => {
  if (last.version === version) return 'same';
  return {
    verdict: 'wrong',
    sentence: `${source} uses VRRP version ${last.version}, this server version ${version}. Each rejects the other’s, so both become master.`,
    remedy:
      'Write the same version into both servers’ instances (or vrrp_version into global_defs).',
    ours: String(version),
    theirs: String(last.version),
  };
};

export const checkVersion = createSettingCheck(
  { id: 'vrrp-version', title: 'VRRP version', setting: 'version' },
  compareVersion,
  ({ version }) => `Both servers use VRRP version ${version}.`,
);
