import packageFile from '../../package.json' with { type: 'json' };

/** This program's own version, as Semantic Versioning has it; the changelog lists what each brought. */
export const version: string = packageFile.version;
