import assert from 'node:assert/strict';
import test from 'node:test';
import { findServiceUnit } from '../../../server/appliance/services/service-managers/own-unit.ts';

test('only a service of systemd is a unit that ends what it has started', () => {
  const unit = 'keepalived-wai-agent.service';
  const cases: [string, string | undefined][] = [
    [`0::/system.slice/${unit}\n`, unit],
    // Version 1, and both at once.
    [`12:pids:/system.slice/${unit}\n1:name=systemd:/system.slice/${unit}\n0::/\n`, unit],
    [`1:name=systemd:/user.slice/session-4.scope\n0::/system.slice/${unit}\n`, undefined],
    // Version 1 is mounted, and systemd works with version 2.
    [`9:name=systemd:/\n0::/system.slice/${unit}\n`, unit],
    ['0::/user.slice/user-0.slice/session-2.scope\n', undefined],
    ['0::/\n', undefined],
    ['0::/system.slice/docker-0123.scope\n', undefined],
    ['0::/machine.slice/wai.service/libpod-payload-0123\n', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(findServiceUnit(text), expected, text);
});
