// Writes build/keepalived-wai.8 and build/keepalived-wai.bash-completion from the table of subcommands.
// The build bundles this file, for the table is TypeScript, and runs it in the repository's folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { formatBashCompletion } from '../server/command-line/documents/bash-completion.ts';
import { formatManPage } from '../server/command-line/documents/man-page.ts';
import { readSettings } from './package/config-env.mjs';

const settings = readSettings(readFileSync('README.md', 'utf8'));
writeFileSync('build/keepalived-wai.8', formatManPage(settings));
writeFileSync('build/keepalived-wai.bash-completion', formatBashCompletion());
