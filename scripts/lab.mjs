// npm run lab: two servers on this machine, see test/lab/main.ts.
import { bundle } from './bundle.mjs';
import { prepareNodePackages, prepareSystemPackages, requireRoot } from './prepare-machine.mjs';
import { runScript } from './step.mjs';

await runScript(async () => {
  await prepareNodePackages();
  await prepareSystemPackages('lab');
  await bundle();
  requireRoot('the lab makes network namespaces');
  const tsx = await import('tsx/esm/api');
  tsx.register();
  await import('../test/lab/main.ts');
});
