import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PreparationError, root, step } from './step.mjs';
import { findInstallation, findMissing, hasProgram, needs } from './system-packages.mjs';

/** @throws {PreparationError} when this Node.js is older than what the dependencies need. */
function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new PreparationError(`Node.js 20.19 or later is needed; this is ${process.versions.node}.`);
}

/** Installs the Node packages of the lockfile unless exactly these are installed. */
export async function prepareNodePackages() {
  requireNode();
  if (nodePackagesAreInstalled()) return;
  await step('Installing Node packages', [
    ...['npm', 'ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'],
  ]);
}

/** Compares with npm's own record of what it installed, which it writes last. */
function nodePackagesAreInstalled() {
  const record = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const installed = readPackages(record);
  return Object.entries(wanted).every(
    ([folder, { version, integrity, optional }]) =>
      folder === '' ||
      // Made for another system.
      (optional && installed[folder] === undefined) ||
      (installed[folder]?.version === version && installed[folder]?.integrity === integrity),
  );
}

function readPackages(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
}

/**
 * Installs what is missing with the system's own package manager. Quick when nothing is.
 * @param {keyof typeof needs} purpose
 * @throws {PreparationError} that says exactly what to run, if this user may not install it
 */
export async function prepareSystemPackages(purpose) {
  const missing = findMissing(needs[purpose]);
  if (missing.length === 0) return;
  const names = missing.map(({ program }) => program).join(', ');
  const installation = findInstallation(missing);
  if (!installation) {
    throw new PreparationError(
      `Missing: ${names}. No known package manager was found: please install these programs.`,
    );
  }
  const { refresh, install } = installation;
  if (process.getuid() !== 0) {
    const commands = [refresh, install].filter(Boolean).map((command) => command.join(' '));
    throw new PreparationError(`Missing: ${names}. As root, run:\n  ${commands.join(' && ')}`);
  }
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  if (refresh) await step('Reading the lists of packages', refresh, environment);
  await withoutServiceStarts(() => step(`Installing ${names}`, install, environment));

  const stillMissing = findMissing(missing).map(({ program }) => program);
  if (stillMissing.length > 0) {
    throw new PreparationError(`${install.join(' ')}\ndid not bring ${stillMissing.join(', ')}.`);
  }
  for (const { program } of missing) {
    if (services.includes(program)) await keepDisabledAtBoot(program);
  }
}

/** What brings a service of its own that nobody has asked for yet. */
const services = ['keepalived', 'nginx'];

/** Debian's packages enable their services. These are disabled until someone decides otherwise. */
async function keepDisabledAtBoot(service) {
  if (!hasProgram('update-rc.d')) return;
  await step(`Leaving ${service} disabled at boot`, ['update-rc.d', service, 'disable']);
}

/** Debian's packages also start their services, unless this file says no. Others do not. */
async function withoutServiceStarts(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (!hasProgram('dpkg') || existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const remove = () => rmSync(policy, { force: true });
  const interrupted = () => process.exit(130);
  process.once('exit', remove).once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await install();
  } finally {
    remove();
    process.off('exit', remove).off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

/** @throws {PreparationError} when this is not root. */
export function requireRoot(why) {
  if (process.getuid() !== 0) throw new PreparationError(`Please run this as root: ${why}.`);
}
