import assert from 'node:assert/strict';
import test from 'node:test';
import { listHiddenFolders, machinePath } from '../../../server/appliance/files/machine-path.ts';

/** Of the shipped unit (measured, systemd 252). */
const mountInfo = `129 128 0:41 / / ro,relatime shared:1 - overlay overlay rw
168 149 0:47 /systemd/inaccessible/dir /run/user ro,nosuid,noexec,relatime shared:14 - tmpfs tmpfs rw
169 133 0:45 /fs/bpf /sys/fs/bpf ro,nosuid,relatime shared:9 - sysfs sysfs ro
170 151 0:48 /systemd-private-5b0a-keepalived-wai.service-olSqu5/tmp /tmp rw,nosuid shared:16 - tmpfs tmpfs rw
171 129 0:41 /var/lib/keepalived-wai /var/lib/keepalived-wai rw shared:43 - overlay overlay rw
172 129 0:41 /var/tmp/systemd-private-5b0a-keepalived-wai.service-8Sc43O/tmp /var/tmp rw shared:44 - overlay overlay rw
173 129 0:47 /systemd/inaccessible/dir /home ro,nosuid,noexec,relatime shared:14 - tmpfs tmpfs rw
`;

test('what systemd put over the machine’s folders is found', () => {
  assert.deepEqual(listHiddenFolders(mountInfo), ['/run/user', '/tmp', '/var/tmp', '/home']);
  assert.deepEqual(listHiddenFolders(''), []);
});

test('where nothing is hidden a path stays as it is', () => {
  assert.equal(machinePath('/etc/hosts'), '/etc/hosts');
});
