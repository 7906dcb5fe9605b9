import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkInterface } from '../../../../server/keepalived/proof/evidence.ts';
import { readInstanceSettings } from '../../../../server/keepalived/settings/instance-settings.ts';

export const sampleConfiguration = `# The pair in the cellar.
vrrp_script chk_vshell {
    script "/usr/bin/curl -sf http://127.0.0.1:8080/healthcheck"
    interval 120   # the seed's
}

vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 101 # more than the other
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass seeded-1
    }
    virtual_ipaddress {
        192.168.0.100/24
    }
    track_script {
        chk_vshell
    }
}
`;

const eth0: NetworkInterface = {
  name: 'eth0',
  macAddress: undefined,
  up: true,
  carrier: true,
  addresses: [{ family: 'inet', address: '192.168.0.10', prefixLength: 24 }],
};

/** The first instance of a configuration, on a machine with eth0 192.168.0.10/24. */
export function readSample(text = sampleConfiguration) {
  const tree = parseConfiguration(text, { configurationId: 'server1' });
  const summary = summarizeConfiguration(tree);
  const [instance, ...others] = summary.instances;
  if (!instance) throw new Error('The sample has no instance.');
  const current = readInstanceSettings(summary, instance);
  const hasHealthcheck = current.healthcheckUrl !== '';
  return {
    tree,
    current,
    surroundings: { instance, current, others, interfaces: [eth0], hasHealthcheck },
    place: {
      instanceName: instance.name,
      scriptName: hasHealthcheck ? 'chk_vshell' : undefined,
      initialState: instance.initialState,
    },
  };
}
