import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtTests, tests } from './build-tests.mjs';

/**
 * What takes longest, the longest first: begun at the end of the run, each would be waited for alone.
 * Most of its time it waits for an election, a health check or a limit of the program.
 */
const longest = [
  'appliance/kills/killed-processes',
  'appliance/debian-package',
  'browser/settings',
  'browser/versions',
  'appliance/bad-saves-rich',
  'browser/failover-drill',
  'browser/live-states',
  'appliance/state-keeper',
  'appliance/said-and-done',
  'browser/debug',
  'appliance/package-contents',
  'appliance/taken-over-web',
  'appliance/seam-attacks',
  'browser/reverse-proxy',
  'appliance/init-script',
  'appliance/kills/killed-backup',
  'appliance/firewall',
  'appliance/silent-name-server',
  'browser/manual',
  'browser/editor',
  'appliance/apply-live-master',
  'browser/live',
  'appliance/script-not-run',
  'appliance/bad-saves-simple',
  'appliance/shipped-unit',
  'appliance/service-control',
  'appliance/two-servers-faults',
  'appliance/seeded-secrets',
  'appliance/hung-daemon',
  'browser/bad-input',
  'appliance/somebody-elses-address',
  'appliance/foresight-pairs',
  'appliance/kills/killed-history',
  'appliance/service-managers',
  'appliance/lost-pid-file',
  'appliance/stopped-meanwhile',
  'appliance/firewall-random',
  'appliance/two-servers-firewall',
  'appliance/stopped-under-systemd',
  'appliance/kills/killed-save',
  'appliance/two-servers',
  'browser/busy',
  'appliance/configuration-test',
  'appliance/runtime-dump',
  'appliance/apply-crash',
  'appliance/debug-questions',
  'appliance/read-as-run',
  'appliance/systemd-booted',
  'appliance/assembled-configuration',
  'appliance/start',
  'browser/logs',
];

/**
 * So many unit tests share a process: most of them take less time than its start. Not more, so that
 * two cores have the same to do.
 */
const sharing = 8;

/** Between so many files that mostly wait runs one process of unit tests, which never does. */
const waitingPerUnit = 3;

/** Whether a test file is one that only uses the processor. */
export const isUnit = (file) => file.startsWith(path.join(tests, 'unit') + path.sep);

/**
 * @param {string[]} files test files, as paths
 * @returns {string[]} what is run for them, in the order in which it is begun
 */
export function planTests(files) {
  const waiting = files.filter((file) => !isUnit(file)).sort(byLength);
  const unit = shareProcesses(files.filter(isUnit).sort());
  const plan = [];
  while (waiting.length > 0 || unit.length > 0) {
    plan.push(...waiting.splice(0, waitingPerUnit).map(builtFrom), ...unit.splice(0, 1));
  }
  return plan;
}

/** Timers that one file mocks are the process's, and of those that are imported meanwhile. */
const mocksTimers = (file) => readFileSync(file, 'utf8').includes('mock.timers');

/** @returns {string[]} files that import the unit tests, so many each; and those that must be alone */
function shareProcesses(files) {
  const shared = files.filter(mocksTimers).map(builtFrom);
  const unit = files.filter((file) => !mocksTimers(file));
  for (let start = 0; start < unit.length; start += sharing) {
    const names = unit.slice(start, start + sharing).map(builtFrom);
    const file = path.join(builtTests, `unit-${shared.length + 1}.js`);
    writeFileSync(file, names.map((name) => `await import(${JSON.stringify(name)});\n`).join(''));
    shared.push(file);
  }
  return shared;
}

function byLength(one, other) {
  const rank = (file) => {
    const place = longest.indexOf(path.relative(tests, file).replace(/\.test\.ts$/, ''));
    return place === -1 ? longest.length : place;
  };
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

const builtFrom = (file) =>
  path.join(builtTests, path.relative(tests, file)).replace(/\.ts$/, '.js');
