/** A configuration with a secret of its own in every position, for a real keepalived 2.2.7. */

/** Tells one secret from any other; at most 8 characters, for keepalived cuts `auth_pass` there. */
export interface Seed {
  secret: string;
  /** Where it stands. */
  place: string;
  /** An argument that nothing but its place marks as a secret: administrators may read it. */
  isBare: boolean;
}

interface Seeds {
  all: readonly Seed[];
  /** A secret that stands nowhere else. */
  plant: (place: string) => string;
  /** Likewise, as a bare word among a command's arguments. */
  plantBare: (place: string) => string;
  /** The seeds that a text holds, also where it is written for a URL, for HTML or in base64. */
  findIn: (text: string) => Seed[];
}

export function createSeeds(): Seeds {
  const all: Seed[] = [];
  const plant = (place: string, isBare: boolean): string => {
    const secret = `Zq${String(all.length).padStart(3, '0')}vXw`;
    all.push({ secret, place, isBare });
    return secret;
  };
  return {
    all,
    plant: (place) => plant(place, false),
    plantBare: (place) => plant(place, true),
    findIn: (text) => all.filter(({ secret }) => text.includes(secret)),
  };
}

export const included = '/etc/keepalived/conf.d/more.conf';

/** What the include holds: definitions and an instance of its own. */
export function writeIncluded({ plant, plantBare }: Seeds): string {
  return `
$SECOND=${plant('definition in an included file')}
vrrp_script chk_second {
  script "/etc/keepalived/check.sh included ${plantBare('argument in an included file')}"
  interval 60
}
vrrp_instance VI_2 {
  state BACKUP
  interface eth0
  virtual_router_id 52
  priority 90
  authentication {
    auth_type PASS
    auth_pass $SECOND
  }
  virtual_ipaddress {
    10.9.0.102/24
  }
}
`;
}

/** What reads as a configuration of 2.2.7 and runs, with `--vrrp`: there is no IPVS in the tests. */
export function writeLive({ plant, plantBare }: Seeds): string {
  return `
! the password before was ${plantBare('comment in words')}
# auth_pass ${plant('statement in a comment')}
# script "/etc/keepalived/check.sh admin ${plantBare('command in a comment')}"
$FIRST=${plantBare('definition in the main file')}
$PROBE=http://probe:${plant('definition of a URL')}@127.0.0.1:8080/healthcheck
$COMMAND=/etc/keepalived/check.sh admin ${plantBare('definition of a command')}
$ARGUMENTS=admin ${plantBare('definition of arguments')}
global_defs {
  router_id server1
  script_user root
  enable_script_security
  snmp_socket tcp:agent:${plant('snmp_socket')}@127.0.0.1:705
  startup_script "/etc/keepalived/check.sh --password ${plant('startup_script')}"
  shutdown_script "/etc/keepalived/check.sh bye ${plantBare('shutdown_script')}"
}
SSL {
  password ${plant('SSL')}
}
vrrp_script chk_url {
  script "/usr/bin/curl --silent -u probe:${plant('curl -u')} -H 'Authorization: Bearer ${plant('bearer')}' --header 'X-Api-Key: ${plant('--header')}' http://user:${plant('login of a URL')}@127.0.0.1:8080/healthcheck?token=${plant('query of a URL')}&verbose=1"
  interval 2
}
vrrp_script chk_bare {
  script "/etc/keepalived/check.sh admin ${plantBare('argument of a healthcheck')}"
  interval 2
}
vrrp_script chk_failing {
  script "/etc/keepalived/fail.sh --password ${plant('argument of a failing script')} ${plantBare('argument that a script prints')}"
  interval 2
  weight -1
}
vrrp_script chk_defined {
  script "\${COMMAND}"
  interval 2
}
vrrp_script chk_arguments {
  script "/etc/keepalived/check.sh \${ARGUMENTS}"
  interval 2
}
vrrp_script chk_probe {
  script "/usr/bin/curl --silent --max-time 2 \${PROBE}"
  interval 2
}
vrrp_track_process agent {
  process "/usr/bin/agent --secret ${plant('track_process')} ${plantBare('argument of track_process')}"
}
include ${included}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 101
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass ${plant('auth_pass')}
  }
  track_script {
    chk_url
    chk_bare
    chk_failing
    chk_defined
    chk_arguments
    chk_probe
  }
  notify "/etc/keepalived/check.sh ${plantBare('notify')}"
  notify_master "/etc/keepalived/check.sh --token=${plant('notify_master')}" root
  notify_backup "/etc/keepalived/check.sh 'with blanks' ${plantBare('notify_backup')}" root
  virtual_ipaddress {
    10.9.0.100/24
  }
}
virtual_server 10.9.0.200 80 {
  quorum_up "/etc/keepalived/check.sh up ${plantBare('quorum_up')}"
  real_server 10.9.0.9 80 {
    HTTP_GET {
      url {
        path "/status?password=${plant('HTTP_GET')}"
        status_code 200
      }
    }
    MISC_CHECK {
      misc_path "/etc/keepalived/check.sh --password ${plant('misc_path')} ${plantBare('argument of misc_path')}"
    }
  }
}
bfd_instance neighbour {
  neighbor_ip 10.9.0.9 # password ${plantBare('comment in a BFD instance')}
}
`;
}

/** What 2.2.7 does not know or would not run, in a stored configuration. */
export function writeStored({ plant, plantBare }: Seeds): string {
  return `
global_defs {
  smtp_server mailer:${plant('smtp_server')}@127.0.0.1
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  auth_hmac {
    key 1 ${plant('auth_hmac')}
    active_key 1
  }
  notify_fault "/etc/keepalived/check.sh fault ${plantBare('argument in a stored file')}" root
  virtual_ipaddress {
    10.9.0.100/24
  }
}
`;
}

/** What keepalived and others may write into the log. */
export function writeLogLines({ plant, plantBare }: Seeds): string[] {
  return [
    `(VI_1) password=${plant('log: password')} is wrong`,
    `(/etc/keepalived/keepalived.conf: Line 12) Unmatched quote: 'auth_pass "${plant('log: a quoted line')}'`,
    `Unknown keyword '--token=${plant('log: an option')}'`,
    `   Password = ${plant('log: a dump')}`,
    `   Command = '/etc/keepalived/check.sh' 'admin' '${plantBare('log: the arguments of a dump')}'`,
    `Script chk: curl: (22) http://u:${plant('log: a URL')}@127.0.0.1/ returned 401`,
  ];
}
