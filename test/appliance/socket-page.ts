import assert from 'node:assert/strict';
import { request } from 'node:http';

export interface PageAnswer {
  statusCode: number;
  location: string | undefined;
  /** What is to be kept, as a browser would send it. */
  cookies: string[];
  body: string;
}

/** Asks a page that listens on a unix socket, with cookies that are given each time. */
export function createPageClient(socketPath: string) {
  const send = (path: string, cookie: string, form?: Record<string, string>): Promise<PageAnswer> =>
    new Promise((resolve, reject) => {
      const body = form && new URLSearchParams(form).toString();
      const headers = {
        ...{ host: 'localhost', cookie },
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          origin: 'http://localhost',
        }),
      };
      const method = body === undefined ? 'GET' : 'POST';
      request({ socketPath, path, method, headers, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('error', reject).once('end', () => {
          const set = answer.headers['set-cookie'] ?? [];
          resolve({
            statusCode: answer.statusCode ?? 0,
            location: answer.headers.location,
            cookies: set.map((one) => one.split(';', 1)[0] ?? ''),
            body: text,
          });
        });
      })
        .once('error', reject)
        .end(body);
    });
  const tokenIn = ({ body }: PageAnswer) => /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';

  /** @returns the cookies of who is logged in then */
  async function logIn(username: string, password: string): Promise<string> {
    const page = await send('/login', '');
    const form = { _csrf: tokenIn(page), username, password };
    const answer = await send('/login', page.cookies.join('; '), form);
    assert.equal(answer.statusCode, 303, answer.body);
    return [...page.cookies, ...answer.cookies].join('; ');
  }

  async function post(path: string, page: string, cookies: string, form: Record<string, string>) {
    const token = tokenIn(await send(page, cookies));
    return send(path, cookies, { _csrf: token, ...form });
  }

  return {
    ...{ logIn, post },
    ask: (path: string, cookies: string) => send(path, cookies),
    logOut: async (cookies: string): Promise<void> => {
      const { statusCode, body } = await post('/logout', '/keepalived', cookies, {});
      assert.equal(statusCode, 303, body);
    },
  };
}
