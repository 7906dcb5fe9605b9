/**
 * What each keyword of keepalived 2.2 to 2.4 makes it do, which is root, besides VRRP, BFD and LVS by
 * their own protocols (keyword handlers of the source, manual page of 2.4.3). A keyword counts in any
 * block: an included file may belong to any.
 */
const keywords = {
  runs: `
    script misc_path startup_script shutdown_script notify notify_master notify_backup
    notify_fault notify_stop notify_deleted notify_master_rx_lower_pri notify_up notify_down
    notify_fifo_script vrrp_notify_fifo_script lvs_notify_fifo_script quorum_up quorum_down`,
  'chooses-user': `
    user script_user`,
  protects: `
    enable_script_security`,
  weakens: `
    use_symlink_paths umask`,
  writes: `
    init_file notify_fifo vrrp_notify_fifo lvs_notify_fifo state_dump_file json_dump_file
    stats_dump_file config_save_dir tmp_config_directory reload_check_config reload_time_file`,
  reads: `
    include includer includem includew includeb includea reload_file file ca certificate key
    iproute_etc_dir iproute_usr_dir`,
  mails: `
    smtp_server smtp_alert smtp_alert_vrrp smtp_alert_checker notification_email
    notification_email_from`,
  routes: `
    static_ipaddress static_routes static_rules virtual_routes virtual_rules virtual_server
    real_server sorry_server lvs_flush lvs_flush_on_stop lvs_flush_onstop nftables nftables_ipvs
    vrrp_iptables vrrp_ipsets`,
  sends: `
    HTTP_GET SSL_GET TCP_CHECK SMTP_CHECK DNS_CHECK UDP_CHECK PING_CHECK bfd_instance
    lvs_sync_daemon lvs_sync_daemon_interface snmp_socket enable_traps`,
  identity: `
    net_namespace net_namespace_ipvs namespace_with_ipsets instance use_pid_dir
    data_use_instance process_names process_name vrrp_process_name lvs_process_name
    checker_process_name bfd_process_name enable_dbus dbus_service_name dbus_no_interface_name
    enable_snmp_keepalived enable_snmp_vrrp enable_snmp_checker enable_snmp_rfc
    enable_snmp_rfcv2 enable_snmp_rfcv3`,
  nothing: `
    accept active_key advert_int alpha anti_replay auth_hmac auth_pass auth_type authentication
    BFD_CHECK bfd_cpu_affinity bfd_no_swap bfd_priority bfd_rlimit_rtime bfd_rlimit_rttime
    bfd_rt_priority bind_if bind_port bindto check_unicast_src checker checker_cpu_affinity
    checker_log_all_failures checker_no_swap checker_priority checker_rlimit_rtime
    checker_rlimit_rttime checker_rt_priority child_wait_time connect_ip connect_port
    connect_timeout debug default_interface delay delay_before_retry delay_loop digest
    disable_local_igmp dont_track_primary down_timer_adverts dynamic_interfaces enable_sni fall
    fast_recovery fifo_write_vrrp_states_on_reload FILE_CHECK flag-1 flag-2 flag-3 fork_delay
    full_command fwmark garp_extra_if garp_group garp_interval garp_lower_prio_delay
    garp_lower_prio_repeat garp_master_delay garp_master_refresh garp_master_refresh_repeat
    garp_master_repeat global_defs global_tracking gna_interval group ha_suspend hashed
    helo_name higher_prio_send_advert hoplimit host http_protocol hysteresis idle_tx
    include_check inhibit_on_failure init_fail interface interface_up_down_delays interfaces
    interval ip_family json_version kernel_rx_buf_size lb_algo lb_kind linkbeat_interfaces
    linkbeat_use_polling log_all_failures log_unknown_vrids lower_prio_no_advert lthreshold
    lvs_method lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force
    lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force lvs_sched lvs_timeouts
    max_auto_priority max_hops max_reply_length mcast_dst_ip mcast_src_ip mh-fallback mh-port
    min_auto_priority_delay min_reply_length min_rx min_tx MISC_CHECK misc_dynamic misc_timeout
    mode multihop multiplier name native_ipv6 nb_get_retry neighbor_ip neighbour_ip
    nftables_counters nftables_ifindex nftables_ipvs_priority nftables_ipvs_start_fwmark
    nftables_priority no_accept no_checker_emails no_email_faults no_virtual_ipaddress nopreempt
    notify_priority_changes old_unicast_checksum omega ops owner_ignore_adverts param_match
    passive password path payload persistence_engine persistence_granularity persistence_timeout
    preempt preempt_delay priority process process_monitor_rcv_bufs
    process_monitor_rcv_bufs_force promote_secondaries protocol quorum quorum_max random_seed
    regex regex_max_offset regex_min_offset regex_no_match regex_options regex_stack
    reload_repeat require_reply retry rise router_id rs_init_notifies sh-fallback sh-port
    shutdown_script_timeout skip_check_adv_addr smtp_connect_timeout smtp_helo_name snmp_name
    snmp_rs_stats_update_interval snmp_vs_stats_update_interval sorry_server_inhibit
    sorry_server_lvs_method source_ip SSL startup_script_timeout state status_code strict_mode
    sync_group_tracking_weight terminate_delay thread_timer_expired time_window timeout
    timer_expired_backup tls_compliant track_bfd track_file track_group track_interface
    track_process track_script track_src_ip ttl type unicast_fault_no_peer unicast_peer
    unicast_src_ip unicast_ttl url use_ipvlan use_vmac use_vmac_addr uthreshold
    v3_checksum_as_v2 version virtual_ipaddress virtual_ipaddress_excluded virtual_router_id
    virtual_server_group virtualhost vmac_addr_prefix vmac_garp_intvl vmac_prefix vmac_xmit_base
    vrf vrrp vrrp_check_unicast_src vrrp_cpu_affinity vrrp_delay_after_boot
    vrrp_down_timer_adverts vrrp_garp_extra_if vrrp_garp_interval vrrp_garp_lower_prio_delay
    vrrp_garp_lower_prio_repeat vrrp_garp_master_delay vrrp_garp_master_refresh
    vrrp_garp_master_refresh_repeat vrrp_garp_master_repeat vrrp_gna_interval
    vrrp_higher_prio_send_advert vrrp_instance vrrp_lower_prio_no_advert vrrp_mcast_group4
    vrrp_mcast_group6 vrrp_min_garp vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force
    vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force vrrp_no_swap
    vrrp_notify_priority_changes vrrp_owner_ignore_adverts vrrp_priority vrrp_rlimit_rtime
    vrrp_rlimit_rttime vrrp_rt_priority vrrp_rx_bufs_multiplier vrrp_rx_bufs_policy vrrp_script
    vrrp_skip_check_adv_addr vrrp_startup_delay vrrp_strict vrrp_sync_group vrrp_track_file
    vrrp_track_process vrrp_version vrrp_vmac_garp_intvl warmup weight`,
};

export type Power = keyof typeof keywords;

const powers = new Map(
  Object.entries(keywords).flatMap(([power, words]) =>
    words
      .trim()
      .split(/\s+/)
      .map((word) => [word, power as Power] as const),
  ),
);

/**
 * What a statement does besides its protocol; undefined: no release that is known has this keyword.
 * Keywords are case-sensitive.
 * @param values what follows the keyword
 */
export function findPower(keyword: string, values: readonly string[] = []): Power | undefined {
  // `key ID VALUE` of `auth_hmac` holds its secret; `key FILE` of `SSL` names a file.
  if (keyword === 'key' && values.length > 1 && values[1]?.startsWith('file:') !== true) {
    return 'nothing';
  }
  return powers.get(keyword);
}

/** Without it something runs as somebody else, or is not checked before. */
export function isSafeguard(keyword: string): boolean {
  const power = findPower(keyword);
  return power === 'chooses-user' || power === 'protects';
}

/** What has no power by itself: what stands in its block has. */
const lists = new Set([
  ...['notification_email', 'static_ipaddress', 'static_routes', 'static_rules'],
  ...['virtual_routes', 'virtual_rules', 'HTTP_GET', 'SSL_GET', 'TCP_CHECK', 'SMTP_CHECK'],
  ...['DNS_CHECK', 'UDP_CHECK', 'PING_CHECK', 'bfd_instance'],
]);

/** Whether all that stands in its block says what it does. */
export const isList = (keyword: string): boolean => lists.has(keyword);
