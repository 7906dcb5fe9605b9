/** What a keyword makes keepalived, which is root, do besides VRRP (manual page, 2.4.3). */
export type Privilege = keyof typeof keywords;

const keywords = {
  run: [
    ...['script', 'misc_path', 'startup_script', 'shutdown_script'],
    ...['notify', 'notify_master', 'notify_backup', 'notify_fault', 'notify_stop'],
    ...['notify_deleted', 'notify_master_rx_lower_pri', 'notify_up', 'notify_down'],
    ...['notify_fifo_script', 'vrrp_notify_fifo_script', 'lvs_notify_fifo_script'],
    ...['quorum_up', 'quorum_down'],
  ],
  'choose-user': ['user', 'script_user'],
  protect: ['enable_script_security'],
  weaken: ['use_symlink_paths'],
  write: [
    ...['init_file', 'notify_fifo', 'vrrp_notify_fifo', 'lvs_notify_fifo'],
    ...['state_dump_file', 'json_dump_file', 'stats_dump_file', 'config_save_dir'],
    ...['tmp_config_directory', 'reload_check_config', 'reload_time_file'],
  ],
  read: ['reload_file'],
  mail: [
    ...['smtp_server', 'smtp_alert', 'smtp_alert_vrrp', 'smtp_alert_checker'],
    ...['notification_email', 'notification_email_from'],
  ],
};

const privileges = new Map(
  Object.entries(keywords).flatMap(([privilege, names]) =>
    names.map((name) => [name, privilege as Privilege] as const),
  ),
);

/** undefined: it does nothing but VRRP. Keywords are case-sensitive. */
export const findPrivilege = (keyword: string): Privilege | undefined => privileges.get(keyword);

/** Without it something runs as somebody else, or is not checked before. */
export function isSafeguard(keyword: string): boolean {
  const privilege = findPrivilege(keyword);
  return privilege === 'choose-user' || privilege === 'protect';
}
