/** wget(1), 1.21. */
import { addHeader, define, limit, setHeader } from './command-options.ts';
import type { Effect, KnownOption, RequestProgram } from './command-options.ts';
import { plainRequest } from './request.ts';

/** Three limits at once, each beginning again. */
const limitAll: Effect = (options, value) => {
  const [connect, idle] = [limit('connectTimeoutMs'), limit('idleTimeoutMs')].map((effect) =>
    effect(options, value),
  );
  return connect && idle && { ...connect, ...idle };
};
const limitRedirects: Effect = (_, value) =>
  /^\d+$/.test(value) ? { redirectLimit: Number(value) } : undefined;

const options: readonly [string, KnownOption][] = [
  ...define('--no-check-certificate', false, () => ({ verifiesCertificate: false })),
  ...define('--spider', false, () => ({ method: 'HEAD' })),
  ...define('-T --timeout', true, limitAll),
  ...define('--connect-timeout', true, limit('connectTimeoutMs')),
  ...define('--read-timeout', true, limit('idleTimeoutMs')),
  ...define('--max-redirect', true, limitRedirects),
  ...define('--header', true, addHeader),
  ...define('-U --user-agent', true, setHeader('User-Agent')),
  ...define('--referer', true, setHeader('Referer')),
  ...define('--method', true, (_, value) => (value === 'GET' ? {} : undefined)),
  ...define('--ca-certificate', true, (_, authoritiesPath) => ({ authoritiesPath })),
  ...define('-4 --inet4-only', false, () => ({ family: 4 })),
  ...define('-6 --inet6-only', false, () => ({ family: 6 })),
  ...define('-q --quiet -v --verbose -nv --no-verbose -S --server-response --no-proxy', false),
  ...define('--no-cache --no-hsts --delete-after --content-on-error --retry-connrefused', false),
  ...define('-O --output-document -o --output-file -t --tries --waitretry --dns-timeout', true),
  // Their values are no URLs to ask. What they do is not repeated.
  ...[
    '-e --execute -a --append-output -i --input-file -B --base -P --directory-prefix -w --wait',
    '-Q --quota --user --password --http-user --http-password --post-data --post-file --body-data',
    '--body-file --certificate --certificate-type --private-key --private-key-type --ca-directory',
    '--crl-file --pinnedpubkey --bind-address --load-cookies --save-cookies --proxy-user',
    '--proxy-password --secure-protocol --prefer-family --limit-rate --config',
  ].flatMap((names) =>
    names
      .split(' ')
      .map((name): [string, KnownOption] => [name, { takesValue: true, effect: undefined }]),
  ),
];

/** wget verifies, follows up to 20 redirects, and takes an error status for a failure. */
export const wget: RequestProgram = {
  defaults: { ...plainRequest, redirectLimit: 20, headers: [['Accept', '*/*']] },
  options: new Map(options),
  readsEquals: true,
};
