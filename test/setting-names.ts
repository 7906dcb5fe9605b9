import { parseProgramOptions } from '../server/program-options.ts';

/** The names of all settings, as the program lists them for whoever misspells one. */
export function listSettingNames(): string[] {
  try {
    parseProgramOptions({ WAI_NONE: '' });
    return [];
  } catch (error) {
    return (
      String(error)
        .match(/WAI_\w+/g)
        ?.slice(1) ?? []
    );
  }
}
