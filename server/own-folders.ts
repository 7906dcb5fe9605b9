import { join } from 'node:path';

// This file's folder, and `build/`, where the bundle lies, are both one below the project's.
const projectFolder = join(import.meta.dirname, '..');

/** The pages' templates. */
export const viewsFolder = join(projectFolder, 'views');
/** What browsers get as it is. */
export const publicFolder = join(projectFolder, 'public');
