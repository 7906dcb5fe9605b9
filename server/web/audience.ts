/** Whether a URL is for programs, not for people: they get JSON and 401, no pages or redirects. */
export function isForPrograms(url: string): boolean {
  return url.startsWith('/api/') || /^\/metrics(?:\?|$)/.test(url);
}
