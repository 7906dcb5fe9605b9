/** WAI_BASE_PATH: within, all paths are those of our routes; it is added where they leave. */

/**
 * A URL that a browser asks for as our routes have it.
 * @returns undefined: it is outside of the base path
 */
export function findInnerUrl(url = '/', basePath: string): string | undefined {
  if (!url.startsWith(basePath)) return undefined;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : undefined;
}

/** The address of a page of ours as browsers have it; what is no path of ours stays. */
export function addBasePath(address: string, basePath: string): string {
  return /^\/(?![/\\])/.test(address) ? basePath + address : address;
}
