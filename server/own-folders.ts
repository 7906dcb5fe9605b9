import { existsSync } from 'node:fs';
import { join } from 'node:path';

// This file's folder, and `build/`, where the bundle lies, are both one below the project's.
const projectFolder = join(import.meta.dirname, '..');

/** The pages' templates. */
export const viewsFolder = join(projectFolder, 'views');
/** What browsers get as it is. */
export const publicFolder = join(projectFolder, 'public');

const builtWeb = join(import.meta.dirname, 'web.js');
/** The program that the agent starts: beside the bundle, or the source that runs as it is. */
export const webProgram = existsSync(builtWeb)
  ? builtWeb
  : join(import.meta.dirname, 'web-main.ts');
