import type { ConfigurationSummary } from './summary.ts';

/**
 * The virtual address of the packaged configurations: from a network that is reserved for
 * documentation (RFC 5737), so that it can disturb nobody before it is changed.
 */
export const placeholderVirtualAddress = '198.51.100.100/24';

/** Follows the comment on the placeholder for as long as it stands. */
export const placeholderNote = ' PLACEHOLDER: change it.';

const healthcheckCommand = '/usr/bin/curl --silent --fail --max-time 10 --output /dev/null ';

/** Whether a command is the packaged healthcheck, of whatever URL: it can do nothing but ask it. */
export function isPackagedHealthcheck(command: string): boolean {
  const url = command.slice(healthcheckCommand.length);
  return command.startsWith(healthcheckCommand) && isHealthcheckUrl(url);
}

/** Whether a text can stand in a quoted command as it is, and is a URL of the web. */
export function isHealthcheckUrl(text: string): boolean {
  return /^https?:\/\/[^\s"'$!#{}\\]+$/.test(text) && URL.canParse(text);
}

const roles = {
  master: {
    title: 'the MASTER: this server serves the virtual IP address whenever it is healthy',
    state: 'MASTER',
    priority: 101,
  },
  backup: {
    title: 'the BACKUP: this server takes the virtual IP address when the master fails',
    state: 'BACKUP',
    priority: 100,
  },
} as const;

/**
 * The packaged configuration of one server of a pair. Master and backup differ in nothing but the
 * state and the priority, so that only the virtual address has to be changed, on both.
 * @param interfaceName the interface that will carry the virtual address, a plain name
 * @param hostName the server's short name, for router_id: without one keepalived asks a name server
 */
export function packagedDefaultConfiguration(
  role: 'master' | 'backup',
  { interfaceName, hostName }: { interfaceName: string; hostName: string },
): string {
  const { title, state, priority } = roles[role];
  return `# keepalived configuration of ${title}.
#
# Change the virtual IP address (virtual_ipaddress, at the end) on both servers, then start
# keepalived. Everything else works as it is.
#
# A second cluster on the same network needs its own virtual_router_id, virtual IP address and
# auth_pass. Within a cluster they must be the same on both servers.

global_defs {
    # This server's name in keepalived's mails. Without it keepalived looks its name up, and waits for
    # the name server.
    router_id ${isPlainName(hostName) ? hostName : 'keepalived'}
    # Refuse to run a script as root that someone other than root could change.
    enable_script_security
    script_user root
}

# The healthcheck: does the API Gateway on this server answer? While it does not, this server
# hands the virtual IP address to the other one.
vrrp_script chk_vshell {
    script "${healthcheckCommand}http://127.0.0.1:8080/healthcheck"
    # Seconds from one check to the next. A lower value finds a failure sooner.
    interval 120
    # Seconds after which a check that does not end counts as failed; more than curl's own 10.
    timeout 15
    # How many results in a row it takes to call the gateway failed, or healthy again.
    fall 1
    rise 1
}

vrrp_instance VI_1 {
    # The role this server starts in: MASTER on one server, BACKUP on the other.
    state ${state}
    # The network interface that the servers see each other on, and that gets the virtual IP.
    interface ${interfaceName}
    # The number of this cluster on the network: 1 to 255, the same on both servers.
    virtual_router_id 51
    # The healthy server with the highest priority serves: 101 on the master, 100 on the backup.
    priority ${priority}
    # Seconds between the messages by which the servers know of each other; the same on both.
    advert_int 1

    # Keeps clusters on one network apart. Not a secret: it is sent in clear text. At most 8
    # characters, the same on both servers.
    authentication {
        auth_type PASS
        auth_pass vshell51
    }

    # The virtual IP address and the length of its network's prefix.${placeholderNote}
    virtual_ipaddress {
        ${placeholderVirtualAddress}
    }

    # Serve only while the healthcheck succeeds.
    track_script {
        chk_vshell
    }
}
`;
}

/** What needs no quotes and no second thought; a host may be called anything. */
function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name);
}

/** Whether some instance still has the placeholder for its virtual address. */
export function hasPlaceholder(summary: ConfigurationSummary): boolean {
  const [placeholder] = placeholderVirtualAddress.split('/');
  return summary.instances.some(({ addresses }) =>
    addresses.some(({ address }) => address === placeholder),
  );
}
