import { z } from 'zod';
import {
  basePathSchema,
  basePathWords,
  trustedProxiesSchema,
  trustedProxiesWords,
} from './proxy-options.ts';
import type { TrustedProxies } from './proxy-options.ts';

const onOffSchema = z.enum(['on', 'off']);
const absolutePathSchema = z.string().regex(/^\/[^\0]*$/, 'an absolute path');

const words = (separator: RegExp) =>
  z.string().transform((text) => text.split(separator).filter((word) => word !== ''));
/** Separated by blanks, without quoting: daemon arguments may contain commas. */
const argumentsSchema = words(/\s+/);
const listSchema = words(/[\s,]+/);

const listenSchema = z.string().transform((text, context) => {
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length) };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) {
    context.addIssue({ code: 'custom', message: 'ADDRESS:PORT, [IPV6]:PORT or unix:/path' });
    return z.NEVER;
  }
  return { host: match[1] ?? match[2] ?? '', port };
});

const environmentSchema = z.object({
  WAI_LISTEN: listenSchema.prefault('127.0.0.1:9443'),
  WAI_TLS: onOffSchema.default('on'),
  WAI_TLS_CERT: absolutePathSchema.optional(),
  WAI_TLS_KEY: absolutePathSchema.optional(),
  WAI_STATE_DIR: absolutePathSchema.default('/var/lib/keepalived-wai'),
  WAI_RUNTIME_DIR: absolutePathSchema.default('/run/keepalived-wai'),
  WAI_KEEPALIVED_CONFIG: absolutePathSchema.default('/etc/keepalived/keepalived.conf'),
  WAI_KEEPALIVED_PID: absolutePathSchema.default('/run/keepalived.pid'),
  WAI_KEEPALIVED_ARGS: argumentsSchema.prefault(''),
  WAI_SERVICE_MANAGER: z.enum(['auto', 'systemd', 'sysv', 'supervised']).default('auto'),
  WAI_BOOT_TOOL: z.enum(['auto', 'chkconfig', 'systemctl', 'update-rc.d']).default('auto'),
  WAI_LOG: z
    .string()
    .regex(/^(auto|journal|file:\/[^\0]+)$/, 'auto, journal or file:/path')
    .default('auto'),
  WAI_SERVICES: listSchema
    .pipe(z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9@._-]*$/, 'service names')).min(1))
    .prefault('keepalived'),
  WAI_ALLOWED_HOSTS: listSchema.prefault(''),
  WAI_BASE_PATH: basePathSchema.prefault(''),
  WAI_TRUSTED_PROXIES: trustedProxiesSchema.prefault(''),
  WAI_ADMIN_PASSWORD_FILE: absolutePathSchema.optional(),
  WAI_AGENT_SOCKET: absolutePathSchema.optional(),
  WAI_METRICS_INSTANCE_LABEL: z.enum(['vrrp_instance', 'instance']).default('vrrp_instance'),
});

type Environment = z.output<typeof environmentSchema>;

/** Everything that the program is told from outside, parsed and defaulted. */
export interface ProgramOptions {
  listen: Environment['WAI_LISTEN'];
  tls: { enabled: boolean; certificatePath: string | undefined; keyPath: string | undefined };
  stateDirectory: string;
  /** What does not outlast a boot: where processes of this program meet. */
  runtimeDirectory: string;
  keepalived: { configPath: string; pidPath: string; extraArguments: string[] };
  serviceManager: Environment['WAI_SERVICE_MANAGER'];
  bootTool: Environment['WAI_BOOT_TOOL'];
  log: { source: 'auto' } | { source: 'journal' } | { source: 'file'; path: string };
  services: string[];
  allowedHosts: string[];
  /** Under which path the page is, such as `/ha`; empty: at the root. */
  basePath: string;
  trustedProxies: TrustedProxies;
  adminPasswordFile: string | undefined;
  /** Where the web, started by a service manager, finds the agent; undefined: the agent starts it. */
  agentSocket: string | undefined;
  /** The label of the metrics with the name of a VRRP instance; `instance` goes with release 0.2. */
  metricsInstanceLabel: Environment['WAI_METRICS_INSTANCE_LABEL'];
}

/** Where a package puts the settings, and the command finds them. */
export const settingsFilePath = '/etc/keepalived-wai/config.env';
/** Where Debian's packages have theirs: the units read it too. What stands here counts more. */
export const defaultFilePath = '/etc/default/keepalived-wai';

/** A setting that cannot be used; the message is the one line that ends the start. */
export class ProgramOptionsError extends Error {
  /** The name of the setting; undefined: it is about several, or about a line without a name. */
  readonly variable: string | undefined;

  constructor(message: string, variable?: string) {
    super(message);
    this.variable = variable;
  }
}

const allowedWords: Record<string, string> = {
  WAI_LISTEN: 'ADDRESS:PORT, [IPV6]:PORT or unix:/path',
  WAI_TLS: 'on or off',
  WAI_SERVICE_MANAGER: 'auto, systemd, sysv or supervised',
  WAI_BOOT_TOOL: 'auto, chkconfig, systemctl or update-rc.d',
  WAI_LOG: 'auto, journal or file:/absolute/path',
  WAI_METRICS_INSTANCE_LABEL: 'vrrp_instance or instance',
  WAI_SERVICES: 'service names separated by blanks or commas',
  WAI_BASE_PATH: basePathWords,
  WAI_TRUSTED_PROXIES: trustedProxiesWords,
};

/**
 * Reads the settings out of environment variables (all optional, `WAI_…`).
 * @throws {ProgramOptionsError} naming the first variable that is wrong and what is allowed,
 *   also for a `WAI_…` variable that does not exist (a misspelt setting must not be ignored).
 */
export function parseProgramOptions(
  environment: Record<string, string | undefined>,
): ProgramOptions {
  const known = Object.keys(environmentSchema.shape);
  for (const name of Object.keys(environment)) {
    if (name.startsWith('WAI_') && !known.includes(name)) {
      throw new ProgramOptionsError(
        `${name}: no such setting. The settings are: ${known.join(', ')}`,
        name,
      );
    }
  }
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0]);
    const allowed = allowedWords[name] ?? 'an absolute path';
    throw new ProgramOptionsError(
      `${name}: ${JSON.stringify(environment[name])} is not allowed. Use ${allowed}.`,
      name,
    );
  }
  const values = parsed.data;
  if ((values.WAI_TLS_CERT === undefined) !== (values.WAI_TLS_KEY === undefined)) {
    throw new ProgramOptionsError('WAI_TLS_CERT, WAI_TLS_KEY: set both or neither.');
  }
  return {
    listen: values.WAI_LISTEN,
    tls: {
      enabled: values.WAI_TLS === 'on',
      certificatePath: values.WAI_TLS_CERT,
      keyPath: values.WAI_TLS_KEY,
    },
    stateDirectory: values.WAI_STATE_DIR,
    runtimeDirectory: values.WAI_RUNTIME_DIR,
    keepalived: {
      configPath: values.WAI_KEEPALIVED_CONFIG,
      pidPath: values.WAI_KEEPALIVED_PID,
      extraArguments: values.WAI_KEEPALIVED_ARGS,
    },
    serviceManager: values.WAI_SERVICE_MANAGER,
    bootTool: values.WAI_BOOT_TOOL,
    log: parseLogSource(values.WAI_LOG),
    services: values.WAI_SERVICES,
    allowedHosts: values.WAI_ALLOWED_HOSTS,
    basePath: values.WAI_BASE_PATH,
    trustedProxies: values.WAI_TRUSTED_PROXIES,
    adminPasswordFile: values.WAI_ADMIN_PASSWORD_FILE,
    agentSocket: values.WAI_AGENT_SOCKET,
    metricsInstanceLabel: values.WAI_METRICS_INSTANCE_LABEL,
  };
}

function parseLogSource(text: string): ProgramOptions['log'] {
  if (text === 'auto' || text === 'journal') return { source: text };
  return { source: 'file', path: text.slice('file:'.length) };
}
