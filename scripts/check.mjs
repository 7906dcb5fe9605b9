// npm run check: format, lint, types, dead code, advisories. All of them, even if one complains.
import { readAdvisories } from './advisories.mjs';
import { prepareNodePackages } from './prepare-machine.mjs';
import { runQuietly, runScript } from './step.mjs';

const checks = [
  { name: 'lint', command: ['eslint', '.'] },
  { name: 'types', command: ['tsc'] },
  { name: 'types in the browser', command: ['tsc', '--project', 'public/src'] },
  {
    name: 'types in the scripts of the pages',
    command: ['tsc', '--project', 'public/src/scripts.tsconfig.json'],
  },
  { name: 'types in the templates', command: ['tsx', 'scripts/templates/main.ts'] },
  { name: 'format', command: ['prettier', '--check', '.'] },
  { name: 'dead code', command: ['knip'] },
];

/** What lives for one file is collected seldom: a tenth less processor time of each check (measured). */
const environment = { NODE_OPTIONS: '--max-semi-space-size=64' };

async function runChecks(queue) {
  for (let check = queue.shift(); check; check = queue.shift()) {
    const [tool, ...args] = check.command;
    const { ok, output, seconds } = await runQuietly(
      [`node_modules/.bin/${tool}`, ...args],
      environment,
    );
    console.log(`${ok ? '✔' : '✖'} ${check.name} (${seconds})`);
    if (ok) continue;
    console.log(output);
    process.exitCode = 1;
  }
}

async function checkAdvisories() {
  const name = 'no known advisory about a shipped package';
  const { output, seconds } = await runQuietly(['npm', 'audit', '--omit=dev', '--json']);
  const { known, unknown } = readAdvisories(output);
  if (unknown !== undefined) {
    console.log(`? ${name}: cannot tell, the registry did not answer (${unknown})`);
    return;
  }
  console.log(`${known.length === 0 ? '✔' : '✖'} ${name} (${seconds})`);
  if (known.length === 0) return;
  console.log(known.join('\n'));
  process.exitCode = 1;
}

await runScript(async () => {
  await prepareNodePackages();
  const queue = [...checks];
  await Promise.all([runChecks(queue), runChecks(queue), checkAdvisories()]);
});
