import type { Power } from './keyword-powers.ts';

/** `hidden`: what it does is seen only when keepalived reads it. */
export type StatementPower = Exclude<Power, 'nothing'> | 'hidden';

/** What each power means, behind the statement that has it. */
const consequences: Record<StatementPower, string> = {
  runs: 'runs a program',
  'chooses-user': 'chooses who runs programs',
  protects: '',
  weakens: 'runs programs with fewer checks',
  writes: 'writes a file or makes one',
  reads: 'takes in what another file says',
  mails: 'sends mail',
  routes: 'changes the routes, the addresses or the packet filter of this server beside VRRP',
  sends: 'sends requests from this server to another one',
  identity: 'changes under which name or in which place keepalived runs',
  hidden: 'may run a program: only keepalived can tell',
};

/** Where the power's own words say too little. */
const keywordConsequences: Partial<Record<string, string>> = {
  umask: 'decides who may read and write the files that keepalived makes',
  lvs_flush:
    'removes every LVS service of this server when keepalived starts, also those of others',
  lvs_flush_on_stop: 'removes LVS services of this server when keepalived stops',
  lvs_flush_onstop: 'removes LVS services of this server when keepalived stops',
  virtual_server: 'passes connections to this address on to other servers',
  real_server: 'receives connections that this server passes on',
  sorry_server: 'receives connections that this server passes on',
  nftables: 'changes the packet filter of this server',
  nftables_ipvs: 'changes the packet filter of this server',
  vrrp_iptables: 'changes the packet filter of this server',
  vrrp_ipsets: 'changes the packet filter of this server',
  iproute_etc_dir: 'reads the names of routing tables from other files',
  iproute_usr_dir: 'reads the names of routing tables from other files',
  file: 'has keepalived read this file as root',
  ca: 'has keepalived read this file as root',
  certificate: 'has keepalived read this file as root',
  key: 'has keepalived read this file as root',
  snmp_socket: 'sends what keepalived knows to an SNMP agent',
  enable_traps: 'sends SNMP traps',
  enable_dbus: 'lets other programs query keepalived over DBus',
  use_pid_dir: 'moves keepalived’s pid files: this page and the service manager may lose it',
  net_namespace: 'moves keepalived with its addresses to another network namespace',
  net_namespace_ipvs: 'moves keepalived’s LVS services to another network namespace',
  instance: 'names keepalived’s files differently: this page may no longer find them',
  data_use_instance: 'names keepalived’s dumps differently: this page may no longer find them',
};

export const getConsequence = (keyword: string, power: StatementPower): string =>
  (power === 'hidden' ? undefined : keywordConsequences[keyword]) ?? consequences[power];

/**
 * Whether it must be confirmed with a password: it runs, reads or writes as root, or sends mail. The
 * rest is named, and accepted like a danger.
 */
export const needsPassword = (power: StatementPower): boolean =>
  power !== 'routes' && power !== 'sends' && power !== 'identity';
