/** Real proxies with the configurations of the manual, on this machine's 127.0.0.1. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { findFreePort } from '../free-port.ts';
import { eventually } from './eventually.ts';
import { createLabProcess } from './lab-process.ts';

const manualPath = path.resolve(import.meta.dirname, '../../docs/manual.md');

export interface ReverseProxy {
  port: number;
  /** What it said, to explain a failure. */
  output: () => string;
  stop: () => Promise<void>;
}

export interface ReverseProxyOptions {
  /** For its files; only of this test. */
  folder: string;
  certificatePath: string;
  keyPath: string;
  /** Where the page is: `127.0.0.1:PORT`. */
  upstream: string;
}

/** The block of the section “Behind a reverse proxy” in a language; the settings have none. */
export async function readManualBlock(language: 'nginx' | 'apache' | ''): Promise<string> {
  const manual = await readFile(manualPath, 'utf8');
  const section = manual.split('\n## Behind a reverse proxy\n')[1] ?? '';
  const block = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(section)?.[1];
  if (block === undefined) throw new Error(`The manual has no configuration for ${language}.`);
  return block;
}

export async function startNginx(options: ReverseProxyOptions): Promise<ReverseProxy> {
  const { folder } = options;
  const { text, port } = await adapt(await readManualBlock('nginx'), options);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/nginx-${kind};`,
  );
  return start('nginx', ['-c', 'FILE'], port, folder, [
    ...['daemon off;', 'user root;', 'worker_processes 1;', 'error_log stderr;'],
    ...[`pid ${folder}/nginx.pid;`, 'events {}', 'http {', 'access_log off;', ...places],
    ...[text, '}'],
  ]);
}

export async function startApache(options: ReverseProxyOptions): Promise<ReverseProxy> {
  const { folder } = options;
  const { text, port } = await adapt(await readManualBlock('apache'), options);
  const modules = [
    'mpm_event',
    'authz_core',
    'socache_shmcb',
    'ssl',
    'proxy',
    'proxy_http',
    'headers',
  ];
  return start('apache2', ['-D', 'FOREGROUND', '-f', 'FILE'], port, folder, [
    ...[`ServerRoot ${folder}`, 'ServerName localhost', `DefaultRuntimeDir ${folder}`],
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    ...[
      `PidFile ${folder}/apache.pid`,
      `ErrorLog ${folder}/error.log`,
      'User www-data',
      'Group www-data',
    ],
    ...[`Listen 127.0.0.1:${port}`, text],
  ]);
}

/** The manual's text with the ports and files of a test. */
async function adapt(
  text: string,
  { certificatePath, keyPath, upstream }: ReverseProxyOptions,
): Promise<{ text: string; port: number }> {
  const port = await findFreePort();
  const adapted = text
    .replaceAll('127.0.0.1:9080', upstream)
    .replaceAll('/etc/ssl/private/ha.example.key', keyPath)
    .replaceAll('/etc/ssl/ha.example.pem', certificatePath)
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('*:443', `127.0.0.1:${port}`);
  return { text: adapted, port };
}

async function start(
  program: string,
  words: string[],
  port: number,
  folder: string,
  lines: string[],
): Promise<ReverseProxy> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${program}.conf`);
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn(
    program,
    words.map((word) => (word === 'FILE' ? file : word)),
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
  );
  const running = createLabProcess(child);
  const stop = async () => {
    if (running.hasEnded()) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  await eventually(`${program} listens`, async () => {
    if (running.hasEnded()) throw new Error(`${program} ended:\n${running.output()}`);
    return isListening(port);
  });
  return { port, output: () => running.output(), stop };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const tell = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', tell(true));
    socket.once('error', tell(false));
  });
}
