/** curl(1), 7.88 and later. */
import { isAddress } from '../addresses/addresses.ts';
import { addHeader, define, describeCredentials, limit, setHeader } from './command-options.ts';
import type { Effect, KnownOption, RequestProgram } from './command-options.ts';
import { plainRequest } from './request.ts';

/** curl(1), --max-redirs. */
const defaultRedirectLimit = 50;

const followRedirects: Effect = ({ redirectLimit }) => ({
  takesRedirects: false,
  redirectLimit: redirectLimit === 0 ? defaultRedirectLimit : redirectLimit,
});
const limitRedirects: Effect = (_, value) =>
  /^[1-9]\d*$/.test(value) ? { redirectLimit: Number(value) } : undefined;

/** `host:port:address[,…]`; the first address is the one that is asked first. */
const resolveHost: Effect = ({ addresses }, value) => {
  const [, host, port, list = ''] = /^\+?([^:*]+):(\d+):(.+)$/.exec(value) ?? [];
  const address = (list.split(',')[0] ?? '').replace(/^\[(.*)\]$/, '$1');
  if (host === undefined || !isAddress(address)) return undefined;
  return { addresses: [...addresses, { host: host.toLowerCase(), port: Number(port), address }] };
};

const authenticate: Effect = (options, value) =>
  value.includes(':') ? setHeader('Authorization')(options, describeCredentials(value)) : undefined;

const options: readonly [string, KnownOption][] = [
  ...define('-k --insecure', false, () => ({ verifiesCertificate: false })),
  ...define('-L --location', false, followRedirects),
  ...define('--max-redirs', true, limitRedirects),
  ...define('-f --fail --fail-with-body', false, () => ({ takesErrors: false })),
  ...define('-I --head', false, () => ({ method: 'HEAD' })),
  ...define('-X --request', true, (_, value) => (value === 'GET' ? {} : undefined)),
  ...define('-m --max-time', true, limit('timeoutMs')),
  ...define('--connect-timeout', true, limit('connectTimeoutMs')),
  ...define('-H --header', true, addHeader),
  ...define('-A --user-agent', true, setHeader('User-Agent')),
  ...define('-e --referer', true, setHeader('Referer')),
  ...define('-u --user', true, authenticate),
  ...define('--resolve', true, resolveHost),
  ...define('--cacert', true, (_, authoritiesPath) => ({ authoritiesPath })),
  ...define('-4 --ipv4', false, () => ({ family: 4 })),
  ...define('-6 --ipv6', false, () => ({ family: 6 })),
  ...define('--url', true, (_, url) => ({ url })),
  // An empty proxy is none.
  ...define('-x --proxy', true, (_, value) => (value === '' ? {} : undefined)),
  // What is printed, where to, how often it is tried again, and what is negotiated.
  ...define('-s --silent -S --show-error -v --verbose -i --include -# --progress-bar', false),
  ...define('--no-progress-meter -N --no-buffer -q --disable -g --globoff --basic', false),
  ...define('--http1.0 --http1.1 --http2 --tlsv1.2 --compressed --no-keepalive', false),
  ...define('--tcp-nodelay --fail-early --retry-connrefused --retry-all-errors -G --get', false),
  ...define('-o --output -w --write-out -D --dump-header --stderr --noproxy', true),
  ...define('--retry --retry-delay --retry-max-time --keepalive-time', true),
  // Their values are no URLs to ask. What they do is not repeated.
  ...unrepeated(
    '--abstract-unix-socket --alt-svc --aws-sigv4 --capath --cert-type --ciphers --connect-to ' +
      '--create-file-mode --crlfile --curves --data-ascii --data-binary --data-raw ' +
      '--data-urlencode --delegation --dns-interface --dns-ipv4-addr --dns-ipv6-addr --dns-servers ' +
      '--doh-url --egd-file --engine --etag-compare --etag-save --expect100-timeout --form-string ' +
      '--happy-eyeballs-timeout-ms --hostpubmd5 --hostpubsha256 --hsts --interface --json --key ' +
      '--key-type --krb --libcurl --limit-rate --local-port --login-options --max-filesize ' +
      '--netrc-file --oauth2-bearer --output-dir --parallel-max --pass --pinnedpubkey --preproxy ' +
      '--proto --proto-default --proto-redir --proxy-cacert --proxy-capath --proxy-cert ' +
      '--proxy-cert-type --proxy-ciphers --proxy-crlfile --proxy-header --proxy-key ' +
      '--proxy-key-type --proxy-pass --proxy-pinnedpubkey --proxy-service-name ' +
      '--proxy-tls13-ciphers --proxy-tlsauthtype --proxy-tlspassword --proxy-tlsuser --proxy1.0 ' +
      '--pubkey --random-file --rate --request-target --sasl-authzid --service-name --socks4 ' +
      '--socks4a --socks5 --socks5-gssapi-service --socks5-hostname --tls-max --tls13-ciphers ' +
      '--tlsauthtype --tlspassword --tlsuser --trace --trace-ascii --unix-socket --url-query ' +
      '-C --continue-at -E --cert -F --form -K --config -P --ftp-port -Q --quote -T --upload-file ' +
      '-U --proxy-user -Y --speed-limit -b --cookie -c --cookie-jar -d --data -h --help -r --range ' +
      '-t --telnet-option -y --speed-time -z --time-cond',
  ),
];

function unrepeated(names: string): [string, KnownOption][] {
  return names.split(' ').map((name) => [name, { takesValue: true, effect: undefined }]);
}

/** curl asks once, verifies, follows nothing, and takes every answer for a success. */
export const curl: RequestProgram = {
  defaults: {
    ...plainRequest,
    takesRedirects: true,
    takesErrors: true,
    headers: [['Accept', '*/*']],
  },
  options: new Map(options),
  readsEquals: false,
};
