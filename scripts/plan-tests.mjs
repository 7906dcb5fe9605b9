import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtTests, tests } from './build-tests.mjs';

/**
 * What takes longest, the longest first: begun at the end of the run, each would be waited for alone.
 * Most of its time it waits for an election, a health check or a limit of the program.
 */
const longest = [
  'appliance/bad-saves-rich',
  'appliance/apply-live-master',
  'appliance/bad-saves-simple',
  'appliance/state-keeper',
  'appliance/two-servers-end',
  'browser/failover-drill',
  'appliance/silent-name-server',
  'browser/debug',
  'browser/live',
  'appliance/apply-crash',
  'appliance/kills/killed-save',
  'appliance/two-servers-faults',
  'browser/settings',
  'appliance/start',
  'appliance/shipped-unit',
  'browser/editor',
  'appliance/seeded-secrets',
  'browser/versions',
  'appliance/somebody-elses-address',
  'appliance/kernel-news',
  'appliance/service-managers',
  'browser/manual',
  'appliance/lost-pid-file',
];

/**
 * So many unit tests share a process: most of them take less time than its start. Not more, so that
 * two cores have the same to do.
 */
const sharing = 8;

/** Between so many files that mostly wait runs one process of unit tests, which never does. */
const waitingPerUnit = 3;

/**
 * @param {string[]} files test files, as paths
 * @returns {string[]} what is run for them, in the order in which it is begun
 */
export function planTests(files) {
  const isUnit = (file) => file.startsWith(path.join(tests, 'unit') + path.sep);
  const waiting = files.filter((file) => !isUnit(file)).sort(byLength);
  const unit = shareProcesses(files.filter(isUnit).sort());
  const plan = [];
  while (waiting.length > 0 || unit.length > 0) {
    plan.push(...waiting.splice(0, waitingPerUnit).map(builtFrom), ...unit.splice(0, 1));
  }
  return plan;
}

/** @returns {string[]} files that import the unit tests, so many each */
function shareProcesses(unit) {
  const shared = [];
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
