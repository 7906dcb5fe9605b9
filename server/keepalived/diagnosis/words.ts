/** `0.5 s`, `42 s`, `3 min`, `2 h 5 min` */
export function describeDuration(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 10) return `${Math.round(seconds * 100) / 100} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
