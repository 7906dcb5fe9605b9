/** Where something of a configuration stands; the file only where several were read. */
export interface ConfigurationPlace {
  path?: string;
  /** 1-based. */
  line: number;
}

/** The place of a node or of what was read from it. */
export function getConfigurationPlace({
  line,
  path,
}: {
  line: number;
  path?: string | undefined;
}): ConfigurationPlace {
  return path === undefined ? { line } : { path, line };
}
