import type { CatalogueEntry } from './catalogue-entry.ts';

/** Messages by which keepalived says that it could not do its work, whatever the network does. */
export const timingMessages = [
  {
    id: 'timer-late',
    kind: 'health',
    severity: 'error',
    pattern: /^(?:A|VRRP) thread timer expired (?<seconds>[\d.]+) seconds ago$/,
    explanation:
      'keepalived did not run for this time: the machine was too busy, or was paused (a snapshot or migration of a virtual machine). The other server received nothing and became master. The network is not the cause.',
    whatToDo:
      'Give keepalived processor time: vrrp_priority and vrrp_rt_priority in global_defs, fewer jobs on this machine, no overbooked host. A longer advert_int on both servers bridges short pauses.',
  },
  {
    id: 'realtime-priority',
    kind: 'health',
    severity: 'info',
    pattern:
      /^(?:Set realtime priority (?<priority>\d+)|Unable to (?:set|change) .*(?:priority|scheduler).*)$/,
    explanation: 'keepalived asked for more processor time, because it had run too late.',
    whatToDo: undefined,
  },
  {
    id: 'netlink-overrun',
    kind: 'network',
    severity: 'error',
    pattern:
      /^(?:Netlink: Receive buffer overrun on (?<socket>\S+) socket - .*| {2}- increase the relevant netlink_rcv_bufs global parameter and\/or set force)$/,
    explanation:
      'The kernel reported more changes of addresses and routes than keepalived could read, and some were lost. keepalived may take an address for removed that is there, and give up.',
    whatToDo:
      'Write vrrp_netlink_cmd_rcv_bufs and vrrp_netlink_monitor_rcv_bufs with a larger value (and their _force) into global_defs.',
  },
  {
    id: 'no-process-events',
    kind: 'health',
    severity: 'error',
    pattern:
      /^(?:WARNING - the kernel does not support proc events - track_process will not work|track_process not available - is CONFIG_PROC_EVENTS enabled in kernel config\?|Failed to (?:open|bind to) process monitoring socket - errno \d+ - .+)$/,
    explanation:
      'The kernel tells keepalived nothing about processes, as in most containers: track_process does not work here.',
    whatToDo: 'Use a vrrp_script that looks for the process (pidof) instead of track_process.',
  },
] as const satisfies readonly CatalogueEntry[];
