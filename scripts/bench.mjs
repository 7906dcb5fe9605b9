// npm run bench: the budgets, measured. See bench/README.md.
import { build } from './build.mjs';
import { prepareNodePackages, prepareSystemPackages, requireRoot } from './prepare-machine.mjs';
import { runScript } from './step.mjs';

await runScript(async () => {
  await prepareNodePackages();
  await prepareSystemPackages('bench');
  requireRoot('the lab makes network namespaces');
  await build();
  const tsx = await import('tsx/esm/api');
  tsx.register();
  await import('../bench/main.ts');
});
