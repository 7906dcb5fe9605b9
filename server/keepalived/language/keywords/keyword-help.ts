/**
 * What a keyword does, in one line, by the block in which it stands; the empty name is the top
 * level. For the keywords that a user of VRRP meets.
 */
const helpByBlock: Record<string, Record<string, string>> = {
  '': {
    global_defs: 'What holds for the whole of keepalived: names, mail, scripts, defaults.',
    vrrp_instance: 'One virtual router: its addresses, its priority, and how it talks to its peer.',
    vrrp_sync_group: 'Instances that change their state together: if one fails, all of them move.',
    vrrp_script:
      'A command that is run again and again; instances that track it react to its result.',
    vrrp_track_file: 'A number in a file that changes the priority of the instances that track it.',
    track_file: 'A number in a file that changes the priority of the instances that track it.',
    vrrp_track_process: 'Watches whether a process runs; instances that track it react to that.',
    track_group: 'Names sync groups that share what they track.',
    static_ipaddress:
      'Addresses that are set when keepalived starts and stay, whichever server is master.',
    static_routes:
      'Routes that are set when keepalived starts and stay, whichever server is master.',
    static_rules:
      'Routing rules that are set when keepalived starts and stay, whichever server is master.',
    garp_group: 'Limits how fast gratuitous ARP packets are sent over certain interfaces.',
    include: 'Reads other files here; the name may be a pattern such as conf.d/*.conf.',
    includer: 'Like include, but it is an error if a file cannot be read.',
    includem: 'Like include, but it is an error if no file matches.',
    includea: 'Like include, but any error in finding or reading the files ends keepalived.',
    bfd_instance: 'Watches the path to a peer by BFD, which notices a failure within milliseconds.',
    virtual_server: 'A load-balanced service (IPVS): its real servers and how they are checked.',
    net_namespace: 'Runs the whole of keepalived in this network namespace.',
    instance: 'Names this keepalived, where several run on one machine.',
    use_pid_dir: 'Keeps the pid files in /run/keepalived.',
    linkbeat_use_polling:
      'Asks the interfaces for their link again and again instead of listening.',
  },
  global_defs: {
    router_id: 'The name of this server in mails and logs; by default its host name.',
    vrrp_version: 'The VRRP version of all instances that do not say their own: 2 or 3.',
    vrrp_strict:
      'Only what the RFC allows: no authentication, no unicast, MASTER only with priority 255.',
    vrrp_mcast_group4:
      'The IPv4 multicast group for advertisements; 224.0.0.18 unless there is a reason.',
    vrrp_mcast_group6:
      'The IPv6 multicast group for advertisements; ff02::12 unless there is a reason.',
    vrrp_skip_check_adv_addr:
      'Compares the addresses in an advertisement only when the master changes.',
    vrrp_garp_master_delay: 'Seconds until a new master announces its addresses a second time.',
    vrrp_garp_master_repeat:
      'How many announcements (gratuitous ARP) a new master sends at a time.',
    vrrp_garp_master_refresh: 'Seconds between further announcements of a master; 0 sends none.',
    vrrp_garp_interval: 'Seconds between two gratuitous ARP packets on an interface.',
    vrrp_gna_interval: 'Seconds between two unsolicited neighbour advertisements on an interface.',
    vrrp_lower_prio_no_advert:
      'A master does not answer an advertisement of lower priority at once.',
    vrrp_higher_prio_send_advert: 'A master that gives way sends one more advertisement first.',
    vrrp_startup_delay: 'Seconds to wait after the start before any instance takes part.',
    vrrp_notify_fifo:
      'A named pipe into which each change of state is written, for another program.',
    vrrp_notify_fifo_script: 'The program that reads the named pipe of vrrp_notify_fifo.',
    notify_fifo: 'A named pipe into which each change of state and of real servers is written.',
    notify_fifo_script: 'The program that reads the named pipe of notify_fifo.',
    fifo_write_vrrp_states_on_reload: 'Writes all states into the pipe again after a reload.',
    vrrp_notify_priority_changes: 'Writes changes of priority into the pipe too.',
    enable_script_security: 'Scripts run only if nobody but root can change them or their folders.',
    script_user:
      'The user, and perhaps the group, that runs scripts; else keepalived_script or root.',
    startup_script: 'A command that is run once before keepalived starts its work.',
    shutdown_script: 'A command that runs once when keepalived exits.',
    notification_email: 'A block with the mail addresses that are told of changes, one a line.',
    notification_email_from: 'The sender of mails.',
    smtp_server: 'The mail server, and perhaps its port.',
    smtp_connect_timeout: 'Seconds to wait for the mail server.',
    smtp_alert: 'Whether changes are told by mail, where nothing else is said.',
    enable_snmp_vrrp: 'Answers questions about VRRP over SNMP.',
    enable_dbus: 'Answers queries and reports changes over D-Bus.',
    dynamic_interfaces: 'Interfaces need not exist when keepalived starts.',
    default_interface: 'The interface of static addresses that name none.',
    log_unknown_vrids: 'Logs advertisements of virtual router IDs that are not configured here.',
    process_names: 'Gives each process of keepalived a name of its own in ps.',
    max_auto_priority: 'How far keepalived may raise its own process priority when it runs late.',
    vrrp_rt_priority:
      'Runs the VRRP process with this real-time priority, so that it is never late.',
    reload_check_config:
      'Tests the files before a reload (defective in 2.2.7; this page tests them anyway).',
    nftables: 'Uses nftables for what instances keep out; perhaps the name of the table.',
    vrrp_iptables: 'Uses iptables for what instances keep out; perhaps the names of the chains.',
    use_symlink_paths:
      'Judges the safety of scripts by the path as written, through symbolic links.',
  },
  vrrp_instance: {
    state: 'Where it begins: MASTER or BACKUP. The priority decides soon after who stays master.',
    interface: 'The network interface on which advertisements are sent and received.',
    virtual_router_id:
      'The number of the cluster, 1 to 255: the same on both servers, unique on the network.',
    priority:
      'Who wins: the highest, 1 to 254, becomes master; 255 is for the owner of the address.',
    advert_int:
      'Seconds between advertisements; the same on both servers. A failover takes a bit over three.',
    version: 'The VRRP version, 2 or 3: the same on both servers. IPv6 needs 3.',
    authentication: 'A block with the password that both servers share (VRRP version 2 only).',
    auth_hmac: 'A block for signed advertisements of VRRP version 3.',
    virtual_ipaddress: 'The addresses that the master holds, one a line, such as 192.168.0.100/24.',
    virtual_ipaddress_excluded:
      'Further addresses of the master that are not named in advertisements.',
    virtual_routes: 'Routes that the master sets and takes away again.',
    virtual_rules: 'Routing rules that the master sets and takes away again.',
    nopreempt: 'Does not take the address back from a lower priority; needs state BACKUP.',
    preempt: 'Takes the address back from a lower priority; this is the default.',
    preempt_delay: 'Seconds to wait after the start before taking the address back.',
    unicast_peer: 'The addresses of the other servers, one a line: advertisements go only to them.',
    unicast_src_ip: 'This server’s own address, from which unicast advertisements are sent.',
    unicast_ttl: 'The TTL of unicast advertisements.',
    unicast_fault_no_peer: 'FAULT if unicast has no peer, instead of going on with multicast.',
    check_unicast_src: 'Accepts only advertisements from one of the unicast peers.',
    mcast_src_ip: 'The sender address of multicast advertisements.',
    mcast_dst_ip: 'The multicast group of this instance’s advertisements.',
    track_interface:
      'Interfaces, one a line: when one goes down, FAULT, or less priority with a weight.',
    track_script:
      'Names of vrrp_script blocks, one a line: a failure is FAULT, or changes the priority.',
    track_file: 'Names of track_file blocks, one a line: the file’s number changes the priority.',
    track_process: 'Names of vrrp_track_process blocks, one a line.',
    track_bfd: 'Names of bfd_instance blocks, one a line.',
    track_src_ip: 'FAULT while the source address is not on the interface.',
    dont_track_primary: 'Keeps running when the instance’s own interface is down.',
    notify: 'A script for every change: it gets kind, name, state and priority.',
    notify_master: 'A script that is run on becoming master.',
    notify_backup: 'A script that is run on becoming backup.',
    notify_fault: 'A script that is run on FAULT.',
    notify_stop: 'A script that is run when keepalived stops.',
    notify_deleted: 'A script that is run when a reload removes the instance.',
    notify_master_rx_lower_pri:
      'A script that runs when a master receives an advertisement of lower priority.',
    notify_priority_changes: 'Writes this instance’s changes of priority into the pipe too.',
    smtp_alert: 'Whether changes of this instance are told by mail.',
    garp_master_delay: 'Seconds until a new master announces its addresses a second time.',
    garp_master_repeat: 'How many announcements (gratuitous ARP) a new master sends at a time.',
    garp_master_refresh: 'Seconds between further announcements of a master; 0 sends none.',
    garp_master_refresh_repeat: 'How many announcements each of those refreshes sends.',
    garp_lower_prio_delay:
      'Seconds until a master announces itself again after hearing a lower priority.',
    garp_lower_prio_repeat: 'How many announcements a master sends after hearing a lower priority.',
    lower_prio_no_advert: 'A master does not answer an advertisement of lower priority at once.',
    higher_prio_send_advert: 'A master that gives way sends one more advertisement first.',
    down_timer_adverts: 'After how many missing advertisements a backup takes over; by default 3.',
    use_vmac: 'Puts the addresses on a virtual interface with the MAC address of VRRP.',
    vmac_xmit_base: 'Sends advertisements from the interface itself in spite of use_vmac.',
    use_ipvlan: 'Puts the addresses on a virtual interface of the kind ipvlan.',
    accept: 'A master answers on the virtual addresses though it does not own them (the default).',
    no_accept: 'A master does not answer on the virtual addresses, it only forwards.',
    native_ipv6: 'Uses IPv6 although the first address is an IPv4 one.',
    promote_secondaries: 'Keeps further addresses of a network when its first one goes.',
    skip_check_adv_addr: 'Compares the addresses in an advertisement only when the master changes.',
    strict_mode: 'Whether this instance is held to the RFC.',
    debug: 'How much this instance logs, 0 to 4.',
  },
  authentication: {
    auth_type: 'PASS for a plain password or AH for a signature; the same on both servers.',
    auth_pass: 'The password, the same on both servers; only its first 8 characters count.',
  },
  vrrp_script: {
    script: 'The command with its whole path; exit code 0 means success.',
    interval: 'Seconds between two runs.',
    timeout: 'Seconds after which a run counts as failed.',
    fall: 'How many failures in a row make it failed.',
    rise: 'How many successes in a row make it good again.',
    weight:
      'How far the priority moves instead of FAULT: up while it is good, or down (negative) while it fails.',
    user: 'The user, and perhaps the group, that runs it.',
    init_fail: 'It counts as failed until it has succeeded.',
  },
  vrrp_sync_group: {
    group: 'The names of the instances that change together, one a line.',
    global_tracking: 'Lets all members share what each of them tracks.',
    sync_group_tracking_weight: 'Lets tracking with a weight work in this group.',
  },
  vrrp_track_file: {
    file: 'The path of the file; it holds one number from -254 to 254.',
    weight: 'What the number is multiplied by before it is added to the priority.',
    init_file:
      'Creates the file at the start with this number; “overwrite” replaces one that exists.',
  },
  vrrp_track_process: {
    process: 'The name of the program, and perhaps its arguments.',
    weight: 'How far the priority moves instead of FAULT.',
    quorum: 'How many such processes must run; by default 1.',
    delay: 'Seconds that a change must last before it counts.',
    full_command: 'Compares the whole command line, not only the name.',
    param_match: 'How arguments are compared: initial or partial.',
  },
};

/** Blocks whose keywords mean the same as in another one. */
const alike: Record<string, string> = {
  vrrp_sync_group: 'vrrp_instance',
  track_file: 'vrrp_track_file',
};

/** What a keyword does in a block, in one line; undefined if there is nothing to say. */
export function findKeywordHelp(block: string, keyword: string): string | undefined {
  const other = alike[block];
  return helpOf(block, keyword) ?? (other === undefined ? undefined : helpOf(other, keyword));
}

function helpOf(block: string, keyword: string): string | undefined {
  const keywords = Object.hasOwn(helpByBlock, block) ? helpByBlock[block] : undefined;
  return keywords !== undefined && Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
}

/** Every keyword with help, with its block. */
export function listKeywordHelp(): { block: string; keyword: string; help: string }[] {
  return Object.entries(helpByBlock).flatMap(([block, keywords]) =>
    Object.entries(keywords).map(([keyword, help]) => ({ block, keyword, help })),
  );
}
