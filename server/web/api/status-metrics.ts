import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { findHealthcheckVerdict } from '../../keepalived/status/healthcheck-verdict.ts';
import type { Alarm, InstanceStatus, StateWord } from '../../keepalived/status/status.ts';
import type { Snapshot } from '../../state/state-keeper.ts';

type Labels = Record<string, string>;
type Report = (labels: Labels, value: number | boolean | undefined) => void;

interface StatusMetric {
  name: string;
  help: string;
  labelNames: string[];
  /** A counter is keepalived's own, which starts again at 0 with the daemon. */
  isCounter?: true;
  /** What is not known is left out: a missing sample, not a false 0. */
  collect: (snapshot: Snapshot, report: Report) => void;
}

const states: Record<StateWord, true> = {
  Active: true,
  Standby: true,
  Fault: true,
  Starting: true,
  Stopped: true,
  Unknown: true,
  Alarm: true,
};

const perInstance =
  (collect: (instance: InstanceStatus, report: Report) => void): StatusMetric['collect'] =>
  ({ status }, report) => {
    for (const instance of status.instances) {
      collect(instance, (labels, value) => {
        report({ instance: instance.name, ...labels }, value);
      });
    }
  };

/** keepalived's names of its counters (vrrp_print.c), and ours. */
const directions = { advert_rcvd: 'received', advert_sent: 'sent' };
const priorityZeroDirections = { pri_zero_rcvd: 'received', pri_zero_sent: 'sent' };
const transitions = { become_master: 'to-master', release_master: 'from-master' };

/** Of all counters that are neither traffic nor transitions: versions of keepalived add more. */
function errorKinds(statistics: Record<string, number>): Record<string, string> {
  const known = { ...directions, ...priorityZeroDirections, ...transitions };
  const names = Object.keys(statistics).filter((name) => !(name in known));
  return Object.fromEntries(names.map((name) => [name, name]));
}

const fromCounters = (
  label: string,
  names: (statistics: Record<string, number>) => Record<string, string>,
): StatusMetric['collect'] =>
  perInstance(({ statistics }, report) => {
    for (const [counter, name] of Object.entries(names(statistics))) {
      report({ [label]: name }, statistics[counter]);
    }
  });

const metrics: StatusMetric[] = [
  {
    name: 'keepalived_up',
    help: 'Whether the keepalived daemon runs',
    labelNames: [],
    collect: ({ status: { daemon } }, report) => {
      report({}, daemon.state === 'unknown' ? undefined : daemon.state === 'running');
    },
  },
  {
    name: 'keepalived_start_on_boot',
    help: 'Whether keepalived is started at boot',
    labelNames: [],
    collect: ({ status: { startOnBoot } }, report) => {
      report({}, startOnBoot.known ? startOnBoot.enabled : undefined);
    },
  },
  {
    name: 'keepalived_evidence_age_seconds',
    help: 'Age of the oldest fact behind the states',
    labelNames: [],
    collect: ({ status: { evidenceAgeMs } }, report) => {
      report({}, evidenceAgeMs === undefined ? undefined : evidenceAgeMs / 1000);
    },
  },
  {
    name: 'keepalived_instance_state',
    help: '1 for the state that the instance is in, as its page says it, 0 for the others',
    labelNames: ['instance', 'state'],
    collect: perInstance((instance, report) => {
      for (const state of Object.keys(states)) report({ state }, state === instance.state);
    }),
  },
  {
    name: 'keepalived_instance_address_held',
    help: 'Whether the kernel has the virtual address',
    labelNames: ['instance', 'address', 'interface'],
    collect: perInstance(({ addresses }, report) => {
      for (const { cidr, interfaceName = '', held } of addresses) {
        report({ address: cidr, interface: interfaceName }, held);
      }
    }),
  },
  {
    name: 'keepalived_instance_priority',
    help: 'Priority as configured, and as lowered or raised by what is tracked',
    labelNames: ['instance', 'kind'],
    collect: perInstance(({ priority }, report) => {
      for (const [kind, value] of Object.entries(priority)) report({ kind }, value);
    }),
  },
  {
    name: 'keepalived_instance_last_transition_timestamp_seconds',
    help: 'When the instance last changed its state, since the epoch',
    labelNames: ['instance'],
    collect: perInstance(({ lastTransitionAtMs }, report) => {
      report({}, lastTransitionAtMs === undefined ? undefined : lastTransitionAtMs / 1000);
    }),
  },
  {
    name: 'keepalived_instance_healthcheck_ok',
    help: 'Whether the healthcheck succeeds: by keepalived’s script, or else by a test from this program',
    labelNames: ['instance', 'url'],
    collect: perInstance((instance, report) => {
      const { healthcheck } = instance;
      if (!healthcheck) return;
      report({ url: healthcheck.url }, findHealthcheckVerdict(instance)?.good);
    }),
  },
  {
    name: 'keepalived_alarm',
    help: '1 for each alarm that is active; without an instance it belongs to the machine',
    labelNames: ['instance', 'code', 'severity'],
    collect: ({ status }, report) => {
      const raise = (instance: string) => (alarm: Alarm) => {
        report({ instance, code: alarm.code, severity: alarm.severity }, 1);
      };
      status.alarms.forEach(raise(''));
      for (const { name, alarms } of status.instances) alarms.forEach(raise(name));
    },
  },
  {
    name: 'keepalived_instance_transitions_total',
    help: 'How often the instance became master, and how often it stopped being master',
    labelNames: ['instance', 'transition'],
    isCounter: true,
    collect: fromCounters('transition', () => transitions),
  },
  {
    name: 'keepalived_instance_advertisements_total',
    help: 'VRRP advertisements',
    labelNames: ['instance', 'direction'],
    isCounter: true,
    collect: fromCounters('direction', () => directions),
  },
  {
    name: 'keepalived_instance_priority_zero_total',
    help: 'Advertisements with priority 0: a master that steps down',
    labelNames: ['instance', 'direction'],
    isCounter: true,
    collect: fromCounters('direction', () => priorityZeroDirections),
  },
  {
    name: 'keepalived_instance_errors_total',
    help: 'Advertisements that keepalived did not accept, by its name for the reason',
    labelNames: ['instance', 'kind'],
    isCounter: true,
    collect: fromCounters('kind', errorKinds),
  },
];

/**
 * Adds what the status says to a registry.
 * @param getSnapshot asked by each metric when it is scraped; undefined: nothing is known
 * @param instanceLabel stands for the label `instance`, which Prometheus itself sets on each sample
 */
export function registerStatusMetrics(
  registry: Registry,
  getSnapshot: () => Snapshot | undefined,
  instanceLabel: string,
): void {
  const rename = (name: string) => (name === 'instance' ? instanceLabel : name);
  for (const { name, help, labelNames, isCounter, collect } of metrics) {
    const Metric = isCounter ? Counter : Gauge;
    new Metric({
      name,
      help,
      labelNames: labelNames.map(rename),
      registers: [registry],
      collect() {
        this.reset();
        // A reset metric without labels is 0, which would be a claim.
        if (labelNames.length === 0) this.remove();
        const snapshot = getSnapshot();
        if (!snapshot) return;
        collect(snapshot, (labels, value) => {
          if (value === undefined) return;
          const entries = Object.entries(labels).map(([label, text]) => [rename(label), text]);
          this.inc(Object.fromEntries(entries) as Labels, Number(value));
        });
      },
    });
  }
}
