/** Reading and judging configurations: pure functions, by the clock. */
import { summarizeConfiguration } from '../server/keepalived/config/questions.ts';
import { findConfigurationProblems } from '../server/keepalived/config/rules/rules.ts';
import { parseConfiguration } from '../server/keepalived/language/tree.ts';
import { type Figure, timeMs } from './figure.ts';

const mebibyte = 1024 * 1024;

/** So many instances that stand by. */
export function configurationOf(instances: number): string {
  return Array.from(
    { length: instances },
    (_, index) => `vrrp_instance VI_${index + 1} {
    state BACKUP
    interface eth0
    virtual_router_id ${(index % 255) + 1}
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress {
        10.0.${index >> 8}.${index & 255}/24
    }
}
`,
  ).join('\n');
}

export async function measureKnowledge(): Promise<Figure[]> {
  const large = configurationOf(4_000).slice(0, mebibyte);
  const many = configurationOf(255);
  return [
    {
      name: 'parse a configuration of 1 MiB',
      value: await timeMs(5, () => parseConfiguration(large)),
      unit: 'ms',
      budget: 100,
    },
    {
      name: 'findings of 255 instances, without keepalived’s own test',
      value: await timeMs(9, () => {
        const content = parseConfiguration(many);
        return findConfigurationProblems(many, summarizeConfiguration(content), content.children);
      }),
      unit: 'ms',
    },
  ];
}
