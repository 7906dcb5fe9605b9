/**
 * Options of programs that healthchecks and notify scripts call, whose value is a secret, from their
 * manual pages. The value follows directly (`-psecret`) or as the next word.
 */
const optionsByProgram = new Map(
  Object.entries({
    'mysql mysqladmin mysqlcheck mysqldump mysqlshow mysqlsh mariadb mariadb-admin mariadb-check mariadb-dump':
      '-p',
    sshpass: '-p',
    'redis-cli valkey-cli keydb-cli': '-a',
    'ldapsearch ldapwhoami ldapcompare ldapmodify ldapadd ldapdelete': '-w',
    'snmpget snmpgetnext snmpwalk snmpbulkwalk snmpset snmptrap snmpinform snmpstatus snmptest':
      '-c -A -X -3m -3k',
    'ipmitool mosquitto_pub mosquitto_sub sqlcmd bcp isql check_mysql check_pgsql smbclient rpcclient':
      '-P -p',
    'curl wget': '-b',
    'mongo mongosh mongostat rabbitmqadmin radtest clickhouse-client influx': '-p',
    'http https xh': '-a',
    check_snmp: '-C -A -X',
  }).flatMap(([programs, options]) =>
    programs.split(' ').map((program) => [program, new Set(options.split(' '))] as const),
  ),
);
const none = new Set<string>();

/** @param word the program as it is called, with or without its folder */
export function findProgramWithSecrets(word: string): string | undefined {
  const name = word.slice(word.lastIndexOf('/') + 1);
  return optionsByProgram.has(name) ? name : undefined;
}

export const getSecretOptions = (program: string | undefined): ReadonlySet<string> =>
  optionsByProgram.get(program ?? '') ?? none;

/** Options whose value is `user:password` in many programs (curl, check_http, …). */
export const isLoginOption = (name: string): boolean =>
  /^(?:[uUaEl]|user|proxy-user|login|account|auth|basic-auth|cert|proxy-cert|creds)$/.test(name);

/**
 * Whether `-p` or `-P` before this value means a password: it does not in `nc -p 80`, `mkdir -p /x`,
 * `iptables -p vrrp`.
 */
export const mayBePassword = (value: string): boolean =>
  value !== '' && !/^(?:[-./~%\d]|(?:all|tcp|udp|sctp|icmp|icmpv6|ah|esp|vrrp|igmp)\b)/.test(value);
