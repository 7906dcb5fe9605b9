import { keywordsByBlock } from './config-keywords.ts';

/**
 * Keywords that the keyword table of a release did not have, as `block/keyword`. Compared were
 * 2.2.7, 2.3.4 and 2.4.3; nothing was dropped between them.
 */
const absentUntil: [lastRelease: string, keywords: string[]][] = [
  [
    '2.2.7',
    [
      ...['dbus_no_interface_name', 'iproute_etc_dir', 'iproute_usr_dir', 'json_dump_file'],
      ...['json_version', 'snmp_rs_stats_update_interval', 'snmp_vs_stats_update_interval'],
      ...['state_dump_file', 'stats_dump_file', 'use_symlink_paths', 'v3_checksum_as_v2'],
      'vrrp_owner_ignore_adverts',
    ].map((keyword) => `global_defs/${keyword}`),
  ],
  [
    '2.2.7',
    [
      ...['no_virtual_ipaddress', 'owner_ignore_adverts', 'thread_timer_expired'],
      ...['timer_expired_backup', 'v3_checksum_as_v2'],
    ].map((keyword) => `vrrp_instance/${keyword}`),
  ],
  ['2.3.4', ['global_defs/vrrp_delay_after_boot', 'vrrp_instance/auth_hmac']],
];
const lastReleaseWithout = new Map(
  absentUntil.flatMap(([release, keywords]) => keywords.map((keyword) => [keyword, release])),
);

/**
 * The keywords that a block may hold, in a release of keepalived; where it is unknown or lies
 * between two compared ones, also those that it might know. None for a block that has no keywords.
 */
export function listKeywords(block: string, version: string | undefined): string[] {
  return (keywordsByBlock.get(block) ?? []).filter((keyword) => {
    const absent = lastReleaseWithout.get(`${block}/${keyword}`);
    return absent === undefined || version === undefined || isLater(version, absent);
  });
}

function isLater(version: string, other: string): boolean {
  const [numbers, otherNumbers] = [version, other].map((text) => text.split('.').map(Number));
  const index = (numbers ?? []).findIndex((number, place) => number !== otherNumbers?.[place]);
  return index !== -1 && (numbers?.[index] ?? 0) > (otherNumbers?.[index] ?? 0);
}
