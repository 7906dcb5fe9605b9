// npm start: installs what is missing, builds what is stale, serves.
import { build } from './build.mjs';
import { prepareNodePackages, prepareSystemPackages } from './prepare-machine.mjs';
import { runScript } from './step.mjs';

await runScript(async () => {
  await prepareNodePackages();
  await prepareSystemPackages('serve');
  await build();
  // In this very process: signals reach the program, and its exit code is ours.
  await import('../build/main.js');
});
