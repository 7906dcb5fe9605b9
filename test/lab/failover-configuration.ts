import type { ServerName } from './lab-server.ts';

/** The cluster's virtual address, as in the manual. */
export const virtualAddress = '192.168.0.100';

/**
 * A keepalived configuration of the manual's cluster: server1 is the master, server2 the backup.
 * The gateway is checked every 2 s, not every 120 s, so that its failure shows at once.
 */
export function failoverConfiguration(name: ServerName): string {
  const [state, priority] = name === 'server1' ? ['MASTER', 101] : ['BACKUP', 100];
  return `global_defs {
    enable_script_security
    script_user root
}

vrrp_script chk_vshell {
    script "/usr/bin/curl --silent --fail --max-time 2 http://127.0.0.1:8080/healthcheck"
    interval 2
    fall 2
    rise 1
}

vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass lab-only
    }
    virtual_ipaddress {
        ${virtualAddress}/24
    }
    track_script {
        chk_vshell
    }
}
`;
}
