import { chmodSync, lstatSync, lutimesSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PreparationError, root, runQuietly, step } from '../step.mjs';
import { debianVersion, describePackage, sumFiles } from './control-files.mjs';
import { fetchNode } from './node-binary.mjs';
import { stageFiles, writeMaintainerScripts } from './stage-files.mjs';

/** Fast: nothing is compressed, so it takes a second and four times the room, measured. */
const compression = { small: ['-Zxz', '-z6'], fast: ['-Znone'] };

/**
 * Makes the Debian package of what is built in `build/`. The same commit makes the same bytes.
 * @param {{ architecture: string, isFast: boolean, output: string }} options `output`: the folder
 * @param {typeof fetchNode} fetch where the Node.js comes from that is brought
 * @returns {Promise<string>} its path
 */
export async function makePackage({ architecture, isFast, output }, fetch = fetchNode) {
  const { version, description } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const epoch = await findEpoch();
  const work = mkdtempSync(path.join(tmpdir(), 'wai-package-'));
  try {
    const node = await fetch(architecture, path.join(work, 'node'));
    const tree = path.join(work, 'tree');
    await stageFiles(tree, { version, node, epoch });
    const files = listFiles(tree);
    const control = path.join(tree, 'DEBIAN');
    mkdirSync(control);
    const installedKib = files.reduce((sum, file) => sum + kibOf(path.join(tree, file)), 0);
    const text = describePackage({ version, architecture, description, installedKib });
    const write = (name, content) => writeFileSync(path.join(control, name), content);
    write('control', text);
    write(
      'md5sums',
      sumFiles(
        tree,
        files.filter((file) => !file.startsWith('etc/')),
      ),
    );
    write(
      'conffiles',
      files
        .filter((file) => file.startsWith('etc/'))
        .map((file) => `/${file}\n`)
        .join(''),
    );
    writeMaintainerScripts(control);
    for (const folder of [tree, control]) chmodSync(folder, 0o755);
    setTimes(tree, epoch);
    mkdirSync(output, { recursive: true });
    const name = `keepalived-wai_${debianVersion(version)}_${architecture}.deb`;
    const target = path.resolve(output, name);
    const words = ['dpkg-deb', '--root-owner-group', ...compression[isFast ? 'fast' : 'small']];
    // More threads would cut the compression into other blocks on another machine.
    await step(`Packing ${name}`, [...words, '--threads-max=1', '--build', tree, target], {
      SOURCE_DATE_EPOCH: String(epoch),
    });
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The time of what is packed, in seconds since 1970: that of the commit. */
async function findEpoch() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined) return Number(given);
  const { ok, output } = await runQuietly(['git', 'log', '-1', '--format=%ct']);
  if (ok) return Number(output);
  throw new PreparationError(
    'The time of the commit is not known: this is no clone. Set SOURCE_DATE_EPOCH, in seconds since 1970.',
  );
}

const listFiles = (tree) =>
  readdirSync(tree, { recursive: true })
    .filter((name) => !lstatSync(path.join(tree, name)).isDirectory())
    .sort();

const kibOf = (file) => Math.ceil(lstatSync(file).size / 1024);

function setTimes(tree, epoch) {
  for (const name of ['', ...readdirSync(tree, { recursive: true })]) {
    lutimesSync(path.join(tree, name), epoch, epoch);
  }
}
