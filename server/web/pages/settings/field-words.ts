import type { SettingsField } from '../../../keepalived/settings/instance-settings.ts';

export interface FieldWords {
  label: string;
  /** What it is for, in one line. */
  help: string;
}

export const fieldWords: Record<SettingsField, FieldWords> = {
  virtualAddresses: {
    label: 'Virtual IPs',
    help: 'The addresses that both servers share, one in a line, in CIDR form: 192.168.0.100/24. The same list on both.',
  },
  interfaceName: {
    label: 'Interface',
    help: 'Carries the virtual IPs, and the messages by which the servers know of each other.',
  },
  virtualRouterId: {
    label: 'Virtual Router ID',
    help: 'The number of this cluster on the network, 1 to 255: the same on both servers, another in each cluster.',
  },
  priority: {
    label: 'Priority',
    help: 'The healthy server with the highest priority serves; it differs between the servers.',
  },
  advertInterval: {
    label: 'Advertisement interval (seconds)',
    help: 'The peer takes over after a little more than three of them without a message. The same on both.',
  },
  authentication: {
    label: 'Authentication',
    help: 'PASS keeps clusters apart that share a number by mistake; it is sent in clear text, so it is no secret.',
  },
  password: {
    label: 'Password',
    help: 'At most 8 characters, the same on both servers. Never shown; leave it empty to keep the one that is set.',
  },
  healthcheckUrl: {
    label: 'Healthcheck URL',
    help: 'Requested regularly on this server; while it fails, this server does not serve.',
  },
  healthcheckInterval: {
    label: 'Healthcheck interval (seconds)',
    help: 'Time from one request to the next: a failure is noticed only as soon as the next one is made.',
  },
  fall: {
    label: 'Fall',
    help: 'How many requests must fail in a row before this server stops serving.',
  },
  rise: {
    label: 'Rise',
    help: 'How many must succeed in a row before it may serve again.',
  },
  nopreempt: {
    label: 'Do not preempt (nopreempt)',
    help: 'A server that comes back leaves the virtual IP where it is, until the other fails. Needs state BACKUP on both servers.',
  },
  unicastPeers: {
    label: 'Unicast peers',
    help: 'The other server’s own address, one in a line, where the network carries no multicast; else leave it empty. On both servers or on none.',
  },
};
