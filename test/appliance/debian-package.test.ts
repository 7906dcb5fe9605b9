/**
 * The Debian package on servers that were booted, one boot for all: installed, used as the manual says,
 * upgraded, removed, purged. `WAI_TEST_DEBIAN=trixie` tries it on small Debian 13 instead of this machine's
 * own system, and `WAI_TEST_SYSVINIT=bookworm` without systemd on a small one that sysvinit boots.
 */
import { before, describe } from 'node:test';
import { buildPackages } from './built-packages.ts';
import { makeDebianSystem } from './debian-system.ts';
import { createServerNetwork } from './installed-server.ts';
import { tryOnTwoServers } from './package-on-two-servers.ts';
import { tryWithoutSystemd } from './package-without-systemd.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

function prepare() {
  const { first, later } = buildPackages();
  const { WAI_TEST_DEBIAN: debian, WAI_TEST_SYSVINIT: sysvinit } = process.env;
  return {
    ...{ WAI_TEST_PACKAGE: first, WAI_TEST_LATER_PACKAGE: later },
    ...(debian && { WAI_TEST_SYSTEM: makeDebianSystem(debian, 'systemd', first) }),
    ...(sysvinit && { WAI_TEST_SYSV_SYSTEM: makeDebianSystem(sysvinit, 'sysvinit', first) }),
  };
}

if (inPrivateNamespaces(import.meta.url, prepare)) {
  const { env } = process;
  const packages = {
    first: env['WAI_TEST_PACKAGE'] ?? '',
    later: env['WAI_TEST_LATER_PACKAGE'] ?? '',
  };
  // What one waits for, the other has the processor for.
  describe('the Debian package', { concurrency: true }, () => {
    before(createServerNetwork);
    tryOnTwoServers(packages, env['WAI_TEST_SYSTEM']);
    tryWithoutSystemd(packages, env['WAI_TEST_SYSV_SYSTEM']);
  });
}
