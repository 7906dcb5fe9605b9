import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findScriptRequest } from '../../../../server/keepalived/healthcheck/find-probe.ts';
import { plainRequest } from '../../../../server/keepalived/healthcheck/request.ts';
import type { HealthcheckRequest } from '../../../../server/keepalived/healthcheck/request.ts';
import { assertLinear, repeat } from '../../growth.ts';

const url = 'https://127.0.0.1:8443/healthcheck?a=b';
const headers: HealthcheckRequest['headers'] = [['Accept', '*/*']];
const curl: HealthcheckRequest = {
  ...{ ...plainRequest, url, headers, takesRedirects: true, takesErrors: true },
};
const wget: HealthcheckRequest = { ...plainRequest, url, headers, redirectLimit: 20 };
const failing = { takesErrors: false };

describe('the request that a script makes', () => {
  const repeatable: [command: string, request: HealthcheckRequest][] = [
    [`/usr/bin/curl ${url}`, curl],
    [`/usr/bin/curl --fail --silent --show-error -o /dev/null ${url}`, { ...curl, ...failing }],
    [`curl ${url} --insecure -sS`, { ...curl, verifiesCertificate: false }],
    [
      `curl -kLsSfm3 -o/dev/null "${url}"`,
      {
        ...{ ...curl, ...failing, verifiesCertificate: false, timeoutMs: 3000 },
        ...{ redirectLimit: 50, takesRedirects: false },
      },
    ],
    [
      `curl --location -I --max-redirs 2 --connect-timeout 0.5 ${url}`,
      {
        ...{ ...curl, redirectLimit: 2, takesRedirects: false },
        ...{ method: 'HEAD', connectTimeoutMs: 500 },
      },
    ],
    [
      `curl -H 'Host: example.org' -A me -e http://127.0.0.1/from ${url}`,
      {
        ...curl,
        headers: [
          ...headers,
          ['Host', 'example.org'],
          ['User-Agent', 'me'],
          ['Referer', 'http://127.0.0.1/from'],
        ],
      },
    ],
    [
      `curl -u admin:secret01 ${url}`,
      { ...curl, headers: [...headers, ['Authorization', 'Basic YWRtaW46c2VjcmV0MDE=']] },
    ],
    [
      `curl --resolve gateway:8443:127.0.0.1 -4 --http1.1 --noproxy '*' -x '' ${url}`,
      {
        ...{ ...curl, family: 4 },
        addresses: [{ host: 'gateway', port: 8443, address: '127.0.0.1' }],
      },
    ],
    [`curl --cacert /etc/ca.pem --url ${url}`, { ...curl, authoritiesPath: '/etc/ca.pem' }],
    [`timeout 5 curl -m 9 -- ${url}`, { ...curl, timeoutMs: 5000 }],
    [`/bin/sh -c 'exec curl -sf "${url}" >/dev/null 2>&1 || exit 1'`, { ...curl, ...failing }],
    [`wget -q -O - ${url}`, wget],
    [
      `wget -qO- --no-check-certificate -T 2 -t 1 ${url}`,
      { ...wget, verifiesCertificate: false, connectTimeoutMs: 2000, idleTimeoutMs: 2000 },
    ],
    [
      `/usr/bin/wget --spider --timeout=4 --max-redirect=0 ${url}`,
      {
        ...{ ...wget, redirectLimit: 0, method: 'HEAD' },
        ...{ connectTimeoutMs: 4000, idleTimeoutMs: 4000 },
      },
    ],
    ['curl http://[::1]:8080/x', { ...curl, url: 'http://[::1]:8080/x' }],
    ['curl -s 127.0.0.1:8080/x', { ...curl, url: 'http://127.0.0.1:8080/x' }],
  ];
  for (const [command, request] of repeatable) {
    it(`can be made from here: ${command}`, () => {
      assert.deepEqual(findScriptRequest(command)?.probe, { kind: 'repeatable', request });
    });
  }

  const others: [command: string, why: RegExp][] = [
    [`curl --cert /etc/x.pem ${url}`, /^it uses --cert$/],
    [`curl -sE /etc/x.pem ${url}`, /^it uses -E$/],
    [`curl --user=admin:secret01 ${url}`, /^it uses --user=…$/],
    [`curl -u secret01 ${url}`, /^it uses -u$/],
    [`curl -x http://127.0.0.1:3128 ${url}`, /^it uses -x$/],
    [`curl --interface eth0 ${url}`, /^it uses --interface$/],
    [`curl -X POST ${url}`, /^it uses -X$/],
    [`curl -d a=b ${url}`, /^it uses -d$/],
    [`curl -H @/etc/shadow ${url}`, /^it uses -H$/],
    [`curl --unix-socket /run/x ${url}`, /^it uses --unix-socket$/],
    [`curl -K /etc/curlrc ${url}`, /^it uses -K$/],
    [`curl --connect-to a:1:b:2 ${url}`, /^it uses --connect-to$/],
    [`curl --nosuch ${url}`, /^it uses --nosuch$/],
    [`curl -m ten ${url}`, /^it uses -m$/],
    [`curl ${url} -o`, /^it uses -o$/],
    [`curl ${url} http://127.0.0.1/`, /^it asks for several URLs$/],
    ['curl http://127.0.0.1/{a,b}', /^its URL is a pattern/],
    ['curl http://[::1]/[1-3]', /^its URL is a pattern/],
    [`curl -s ${url} | grep ok`, /^it uses shell syntax$/],
    [`curl -s ${url} >/dev/null 2>&1`, /^it uses shell syntax$/],
    [`/bin/sh -c 'curl -s ${url} | grep -q ok'`, /^a shell does more than that request$/],
    [`/bin/sh -c 'curl -s ${url}; exit 0'`, /^a shell does more than that request$/],
    [`/etc/keepalived/check.sh ${url}`, /^check\.sh asks it$/],
    [`sudo -u nobody curl ${url}`, /^sudo asks it$/],
    [`wget -e use_proxy=yes ${url}`, /^it uses -e$/],
    [`wget --certificate=/etc/x.pem ${url}`, /^it uses --certificate$/],
  ];
  for (const [command, why] of others) {
    it(`cannot be made from here: ${command}`, () => {
      const request = findScriptRequest(command);
      assert.ok(request?.probe.kind === 'not-repeatable', JSON.stringify(request));
      assert.match(request.probe.why, why);
      assert.doesNotMatch(request.probe.why, /secret01/);
    });
  }

  it('is none where no URL is asked, or where it is unknown which', () => {
    for (const command of [
      '/usr/bin/pgrep nginx',
      '',
      'curl',
      '/etc/check.sh --proxy http://a/ http://b/',
      'curl ftp://127.0.0.1/x',
    ]) {
      assert.equal(findScriptRequest(command), undefined, command);
    }
  });

  it('is not made where keepalived ends the script first, or runs it as somebody else', () => {
    const circumstances = { limitMs: 2000, userName: undefined };
    const short = findScriptRequest(`curl -m 9 ${url}`, circumstances)?.probe;
    assert.equal(short?.kind === 'repeatable' && short.request.timeoutMs, 2000);
    const other = findScriptRequest(`curl ${url}`, { userName: 'nobody' })?.probe;
    assert.deepEqual(other, { kind: 'not-repeatable', why: 'it runs as user nobody' });
    assert.equal(findScriptRequest(`curl ${url}`, { userName: 'root' })?.probe.kind, 'repeatable');
  });

  it('stands where the command has it', () => {
    for (const command of [
      `curl -x http://proxy:3128 -H "Referer: http://a/" -e http://b/ ${url} -o http://c/`,
      `curl --proxy http://proxy:3128 '${url}'`,
      `curl --url ${url} --preproxy http://proxy:3128`,
      `sh -c 'curl -x http://proxy:3128 ${url} || exit 1'`,
      `/etc/check.sh ${url}`,
    ]) {
      const { place, url: found } = findScriptRequest(command) ?? {};
      assert.equal(found, url, command);
      assert.equal(command.slice(place?.start, place?.end), url, command);
    }
  });

  it('is read in a time that grows with the command only', () => {
    for (const make of [
      (length: number) => `curl ${repeat('-s ', length)} ${url}`,
      (length: number) => `check ${repeat('http:/', length)} ${url}`,
      (length: number) => `sh -c '${repeat('|| exit ', length)}'`,
    ]) {
      assertLinear(make, findScriptRequest);
    }
  });
});
