import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { builtTests, tests } from './build-tests.mjs';

/**
 * What takes longest, the longest first: begun at the end of the run, each would be waited for alone.
 * Most of its time it waits for an election, a health check or a limit of the program.
 */
const longest = [
  'appliance/debian-package',
  'appliance/apply-live-master',
  'appliance/bad-saves-rich',
  'appliance/shipped-unit',
  'browser/live-states',
  'appliance/kills/killed-processes',
  'browser/failover-drill',
  'appliance/state-keeper',
  'appliance/said-and-done',
  'browser/debug',
  'appliance/bad-saves-simple',
  'browser/editor',
  'appliance/silent-name-server',
  'browser/manual',
  'browser/bad-input',
  'appliance/two-servers-faults',
  'appliance/firewall',
  'appliance/seeded-secrets',
  'appliance/script-not-run',
  'browser/settings',
  'browser/versions',
  'appliance/service-control',
  'appliance/package-contents',
  'browser/reverse-proxy',
  'browser/live',
  'appliance/kills/killed-history',
  'appliance/seam-attacks',
  'appliance/somebody-elses-address',
  'appliance/hung-daemon',
  'appliance/two-servers-firewall',
  'appliance/foresight-pairs',
  'appliance/stopped-under-systemd',
  'appliance/start',
  'appliance/service-managers',
  'appliance/lost-pid-file',
  'appliance/stopped-meanwhile',
  'appliance/kills/killed-save',
  'appliance/command-line',
  'appliance/two-servers',
  'appliance/firewall-random',
  'appliance/apply-crash',
  'appliance/assembled-configuration',
  'appliance/init-script',
  'appliance/page-stream',
  'browser/busy',
  'browser/logs',
  'appliance/daemon-process',
  'appliance/debug-questions',
  'appliance/systemd-booted',
];

/**
 * So many processes share the unit tests, for each core: what one of them has loaded and compiled, the
 * next finds. Eight files a process took 124 s of processor time, 55 a process 106 s (measured).
 */
const unitProcessesPerCore = 2;

/** Whether a test file is one that only uses the processor. */
export const isUnit = (file) => file.startsWith(path.join(tests, 'unit') + path.sep);

/**
 * @param {string[]} files test files, as paths
 * @returns {string[]} what is run for them, in the order in which it is begun
 */
export function planTests(files) {
  const waiting = files.filter((file) => !isUnit(file)).sort(byLength);
  const unit = shareProcesses(files.filter(isUnit).sort());
  // Spread among what mostly waits: a process of unit tests never does.
  const between = Math.floor(waiting.length / (unit.length + 1));
  const plan = unit.flatMap((file) => [...waiting.splice(0, between).map(builtFrom), file]);
  return [...plan, ...waiting.map(builtFrom)];
}

/** Timers and clocks that one file mocks are the process's, and of those that are imported meanwhile. */
const mocksTime = (file) =>
  /mock\.timers|session-clock|scripted-keepalived/.test(readFileSync(file, 'utf8'));

/** @returns {string[]} files that import the unit tests, and those that must be alone */
function shareProcesses(files) {
  const alone = files.filter(mocksTime).map(builtFrom);
  const names = files.filter((file) => !mocksTime(file)).map(builtFrom);
  const most = availableParallelism() * unitProcessesPerCore;
  const shared = Array.from({ length: Math.min(most, names.length) }, (_, index) => {
    const file = path.join(builtTests, `unit-${index + 1}.js`);
    // Neighbours are alike, so each process gets every n-th: all take about as long.
    const own = names.filter((_name, place) => place % most === index);
    writeFileSync(file, own.map((name) => `await import(${JSON.stringify(name)});\n`).join(''));
    return file;
  });
  // The long ones first.
  return [...shared, ...alone];
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
