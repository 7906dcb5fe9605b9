import { chmodSync, cpSync, lstatSync, mkdirSync } from 'node:fs';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../step.mjs';
import { describeSettings } from './config-env.mjs';
import { describeChanges } from './control-files.mjs';
import { makeSbom } from './sbom.mjs';

const library = 'usr/lib/keepalived-wai';
const documents = 'usr/share/doc/keepalived-wai';
/** What is run; all else is only read. */
const programs = [`${library}/node`, 'usr/bin/keepalived-wai', 'etc/init.d/keepalived-wai'];
/** In `build/` but not for the library: what is made where it is installed, and documents. */
const notOfTheLibrary = /\.(cache|txt|8|bash-completion)$/;

const readOwn = (file) => readFileSync(path.join(root, file), 'utf8');

/** The units of systemd that the package brings, in the order in which they are started. */
export const listUnits = () =>
  readdirSync(path.join(root, 'packaging')).filter((name) => name.endsWith('.service'));

/** Off until the administrator enables it; systemd then listens for the page. */
const socketUnit = 'keepalived-wai.socket';

/**
 * Lays out what the package puts on a machine.
 * @param {string} tree the folder that stands for `/`
 */
export async function stageFiles(tree, { version, node, epoch }) {
  const place = (target) => {
    mkdirSync(path.dirname(path.join(tree, target)), { recursive: true });
    return path.join(tree, target);
  };
  const put = (source, target, filter = () => true) => {
    cpSync(path.resolve(root, source), place(target), { recursive: true, filter });
  };
  const write = (target, text) => {
    const content = target.endsWith('.gz') ? gzipSync(text, { level: 9 }) : text;
    writeFileSync(place(target), content);
  };

  // Its folders are tests and packages.
  const built = readdirSync(path.join(root, 'build'), { withFileTypes: true }).filter(
    (entry) => entry.isFile() && !notOfTheLibrary.test(entry.name),
  );
  for (const { name } of built) put(`build/${name}`, `${library}/build/${name}`);
  const sources = path.join(root, 'public/src');
  put('public', `${library}/public`, (source) => source !== sources);
  put('views', `${library}/views`);
  put('package.json', `${library}/package.json`);
  put(node.binary, `${library}/node`);
  // What postinst compiles with.
  for (const name of ['step.mjs', 'write-code-cache.mjs']) {
    put(`scripts/${name}`, `${library}/scripts/${name}`);
  }

  put('packaging/keepalived-wai.sh', 'usr/bin/keepalived-wai');
  put('packaging/sysusers.conf', 'usr/lib/sysusers.d/keepalived-wai.conf');
  put('packaging/tmpfiles.conf', 'usr/lib/tmpfiles.d/keepalived-wai.conf');
  for (const unit of [...listUnits(), socketUnit]) {
    put(`packaging/${unit}`, `usr/lib/systemd/system/${unit}`);
  }
  put('packaging/keepalived-wai.init', 'etc/init.d/keepalived-wai');
  put('packaging/logrotate.conf', 'etc/logrotate.d/keepalived-wai');
  write('etc/keepalived-wai/config.env', describeSettings(readOwn('README.md')));

  put(
    'build/keepalived-wai.bash-completion',
    'usr/share/bash-completion/completions/keepalived-wai',
  );
  write('usr/share/man/man8/keepalived-wai.8.gz', readOwn('build/keepalived-wai.8'));
  put('packaging/debian/lintian-overrides', 'usr/share/lintian/overrides/keepalived-wai');
  write(
    `${documents}/copyright`,
    readOwn('packaging/debian/copyright').replace('LICENCE\n', () => readOwn('LICENSE')),
  );
  write(`${documents}/LICENSE.node.gz`, readFileSync(node.license));
  write(`${documents}/THIRD-PARTY-NOTICES.txt.gz`, readOwn('build/THIRD-PARTY-NOTICES.txt'));
  write(`${documents}/sbom.cdx.json`, await makeSbom({ version, node, epoch }));
  write(`${documents}/changelog.gz`, describeChanges(version, epoch));
  write(`${documents}/CHANGELOG.md.gz`, readOwn('CHANGELOG.md'));
  write(`${documents}/manual.md.gz`, readOwn('docs/manual.md'));

  setModes(tree);
}

/** The same ones whatever the clone's are. */
function setModes(tree) {
  for (const name of readdirSync(tree, { recursive: true })) {
    const file = path.join(tree, name);
    const isRun = programs.includes(name) || lstatSync(file).isDirectory();
    chmodSync(file, isRun ? 0o755 : 0o644);
  }
}

/** The scripts that dpkg runs, with the units that they are about. */
export function writeMaintainerScripts(folder) {
  for (const name of ['postinst', 'prerm', 'postrm']) {
    const text = readOwn(`packaging/debian/${name}`);
    const file = path.join(folder, name);
    writeFileSync(file, text.replace('units=UNITS', `units='${listUnits().join(' ')}'`));
    chmodSync(file, 0o755);
  }
}
