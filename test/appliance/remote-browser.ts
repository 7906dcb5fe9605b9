import { request as ask } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  statusCode: number;
  /** The head and the body, as they came. */
  text: string;
  body: string;
}

/** A browser of a running program: keeps cookies, sends the token of the last page with forms. */
export class RemoteBrowser {
  readonly #cookies = new Map<string, string>();
  readonly #url: string;
  #token = '';

  constructor(url: string) {
    this.#url = url;
  }

  get(path: string): Promise<Answer> {
    return this.#ask('GET', path);
  }

  post(path: string, fields: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams({ _csrf: this.#token, ...fields }).toString();
    return this.#ask('POST', path, { type: 'application/x-www-form-urlencoded', body });
  }

  /** A page's own script that sends JSON. */
  postJson(path: string, value: unknown): Promise<Answer> {
    const body = JSON.stringify(value);
    return this.#ask('POST', path, { type: 'application/json', body, token: this.#token });
  }

  async logIn(username: string, password: string): Promise<Answer> {
    await this.get('/login');
    const answer = await this.post('/login', { username, password });
    // For a token of this session.
    await this.get('/keepalived');
    return answer;
  }

  /** Logs in with the first password, and chooses another. */
  async chooseOwnPassword(username: string, first: string, own: string): Promise<Answer> {
    await this.get('/login');
    await this.post('/login', { username, password: first });
    await this.get('/account');
    const passwords = { password: first, newPassword: own, repeatedPassword: own };
    const answer = await this.post('/account', passwords);
    await this.get('/keepalived');
    return answer;
  }

  /** What an event stream sends until it has been silent, and `meanwhile` was done. */
  readStream(path: string, meanwhile: () => Promise<void>): Promise<Answer> {
    return this.#ask('GET', path, undefined, meanwhile);
  }

  #ask(
    method: string,
    path: string,
    form?: { type: string; body: string; token?: string },
    meanwhile?: () => Promise<void>,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sending = ask(
        this.#url + path,
        {
          method,
          rejectUnauthorized: false,
          agent: false,
          headers: {
            cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            ...(meanwhile && { accept: 'text/event-stream' }),
            ...(form && {
              'content-type': form.type,
              'content-length': Buffer.byteLength(form.body),
              origin: this.#url,
              ...(form.token !== undefined && { 'x-csrf-token': form.token }),
            }),
          },
        },
        (answer) => {
          for (const cookie of answer.headers['set-cookie'] ?? []) {
            const [name = '', value = ''] = (cookie.split(';', 1)[0] ?? '').split('=');
            this.#cookies.set(name, value);
          }
          let body = '';
          answer.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
          const end = () => {
            this.#token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? this.#token;
            const head = answer.rawHeaders.join('\n');
            resolve({ statusCode: answer.statusCode ?? 0, text: `${head}\n\n${body}`, body });
          };
          answer.once('end', end);
          answer.once('error', reject);
          if (meanwhile) {
            void meanwhile()
              .then(() => sleep(1500))
              .then(() => {
                answer.removeListener('error', reject).on('error', () => undefined);
                sending.destroy();
                end();
              }, reject);
          }
        },
      );
      sending.once('error', reject);
      sending.end(form?.body);
    });
  }
}
