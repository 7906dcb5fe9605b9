// npm run package [-- --arch arm64] [--fast] [--output FOLDER]: the Debian package. See docs/decisions/054.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { isArchitecture, listArchitectures } from './package/architectures.mjs';
import { makePackage } from './package/make-package.mjs';
import { prepareNodePackages, prepareSystemPackages } from './prepare-machine.mjs';
import { PreparationError, root, runScript, step } from './step.mjs';
import { hasProgram } from './system-packages.mjs';

const usage =
  'Use: npm run package -- [--arch amd64|arm64] [--fast] [--output FOLDER]\n' +
  '  --fast    not compressed: four times as large, made in a moment, to try it';

/** @throws {PreparationError} that says what is allowed */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        arch: { type: 'string', default: 'amd64' },
        fast: { type: 'boolean', default: false },
        output: { type: 'string', default: 'build/package' },
      },
    });
    if (isArchitecture(values.arch)) return values;
    const known = listArchitectures().join(' or ');
    throw new Error(`--arch ${values.arch} is not known. It is ${known}.`);
  } catch (error) {
    throw new PreparationError(`${error.message}\n${usage}`);
  }
}

await runScript(async () => {
  const { arch, fast, output } = readOptions();
  await prepareNodePackages();
  await prepareSystemPackages(arch === 'arm64' ? 'packageForArm64' : 'package');
  await build();
  process.chdir(root);
  const file = await makePackage({ architecture: arch, isFast: fast, output });
  // It complains of a package that is not compressed.
  if (!fast && hasProgram('lintian')) {
    await step('Checking it', ['lintian', '--fail-on', 'error,warning', file]);
  }
  console.log(file);
});
