import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeGoingBack } from '../../../../../server/web/view/change/going-back.ts';
import { findOwnVirtualAddress } from '../../../../../server/web/view/own-connection.ts';
import type { Connection } from '../../../../../server/web/view/own-connection.ts';
import { renderPage, textOf } from '../../pages/samples.ts';

const withAddress = (address: string) =>
  `vrrp_instance VI_1 {\n  virtual_ipaddress {\n    ${address}\n  }\n}\n`;
const old = withAddress('192.168.0.100/24');

const connection = (localAddress: string | undefined, host = 'server1:9443'): Connection => ({
  socket: { localAddress },
  host,
});

describe('the administrator’s own connection', () => {
  const cases: [what: string, localAddress: string | undefined, host: string, found: boolean][] = [
    ['a virtual IP', '192.168.0.100', 'server1', true],
    ['a virtual IP, on a socket for both families', '::ffff:192.168.0.100', 'server1', true],
    ['another address', '192.168.0.10', '192.168.0.10:9443', false],
    ['a virtual IP behind a forwarded port', '127.0.0.1', '192.168.0.100:9443', true],
    ['no address at all', undefined, 'localhost', false],
  ];
  for (const [what, localAddress, host, found] of cases) {
    test(what, () => {
      const own = findOwnVirtualAddress(connection(localAddress, host), [undefined, old]);
      assert.equal(own !== undefined, found);
    });
  }

  test('an IPv6 address, however it is written', () => {
    const text = withAddress('fd00:0::64/64');
    assert.equal(findOwnVirtualAddress(connection('::1', '[fd00::64]:9443'), [text]), 'fd00::64');
  });

  test('a virtual IP that only the new text has', () => {
    const texts = [old, withAddress('192.168.0.10/24')];
    assert.equal(findOwnVirtualAddress(connection('192.168.0.10'), texts), '192.168.0.10');
  });
});

describe('the choice to go back', () => {
  const render = (goingBack: object) => renderPage('partials/going-back', goingBack);

  test('is made for whoever could cut themselves off, and explained', () => {
    const html = render(describeGoingBack(connection('192.168.0.100'), [old]));
    assert.match(html, /name="goBack"[^>]* checked/);
    assert.match(textOf(html), /You are connected to 192\.168\.0\.100, which is a virtual IP/);
    assert.match(html, /name="goBackSeconds" value="120" min="60" max="600"/);
  });

  test('is left to everybody else, and kept as it was made', () => {
    const request = connection('192.168.0.100');
    assert.doesNotMatch(
      render(describeGoingBack(connection('192.168.0.10'), [old])),
      /checked|You are connected/,
    );
    const typed = describeGoingBack(request, [old], { goBackSeconds: '300' });
    assert.deepEqual([typed.checked, typed.seconds], [false, '300']);
  });
});
