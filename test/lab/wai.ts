import http from 'node:http';
import https from 'node:https';
import { serverWords } from '../program-words.ts';
import { waiPort } from './doorway.ts';
import { eventually } from './eventually.ts';
import type { LabProcess } from './lab-process.ts';
import type { Machine } from './machine.ts';

/** What is needed of a server to start this program there. */
interface WaiPlace extends Pick<Machine, 'start'> {
  name: string;
  waiUrl: string;
}

/**
 * Starts this program on a server and waits until it answers. Its account is `admin`, with the
 * password that the lab was made with.
 * @throws with what it printed, when it ends or does not answer within 90 s.
 */
export async function startWai(
  server: WaiPlace,
  settings: Record<string, string> = {},
): Promise<LabProcess> {
  const wai = await server.start(process.execPath, serverWords, {
    env: {
      WAI_LISTEN: `127.0.0.1:${waiPort}`,
      WAI_SERVICE_MANAGER: 'supervised',
      WAI_KEEPALIVED_ARGS: '--log-detail',
      WAI_ALLOWED_HOSTS: '127.0.0.1',
      WAI_ADMIN_PASSWORD_FILE: '/run/lab/admin-password',
      ...settings,
    },
  });
  const url =
    settings['WAI_TLS'] === 'off' ? server.waiUrl.replace('https:', 'http:') : server.waiUrl;
  await eventually(
    `an answer of ${url}`,
    async () => {
      if (wai.hasEnded()) throw new Error(`The program ended at its start:\n${wai.output()}`);
      return (await findHealthStatus(url)) === 200;
    },
    { withinMs: 90_000 },
  ).catch((error: unknown) => {
    throw new Error(`${server.name}: this program did not start.\n${wai.output()}`, {
      cause: error,
    });
  });
  return wai;
}

/** The HTTP status of /healthz, whoever signed the certificate; undefined while there is no answer. */
function findHealthStatus(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const { request } = url.startsWith('https:') ? https : http;
    const attempt = request(
      `${url}/healthz`,
      { rejectUnauthorized: false, agent: false, timeout: 2000 },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    attempt.once('timeout', () => attempt.destroy());
    attempt.once('error', () => {
      resolve(undefined);
    });
    attempt.end();
  });
}
