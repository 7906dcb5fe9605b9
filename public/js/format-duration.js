const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** As `formatDuration` of server/web/view/time-words.ts, so that time goes by in the same words. */
export function formatDuration(durationMs) {
  if (durationMs < minuteMs) return `${Math.max(0, Math.floor(durationMs / secondMs))} s`;
  if (durationMs < hourMs) return `${Math.floor(durationMs / minuteMs)} min`;
  if (durationMs < dayMs) return joinUnits(durationMs, hourMs, 'h', minuteMs, 'min');
  return joinUnits(durationMs, dayMs, 'd', hourMs, 'h');
}

function joinUnits(durationMs, largeMs, largeUnit, smallMs, smallUnit) {
  const rest = Math.floor((durationMs % largeMs) / smallMs);
  const words = `${Math.floor(durationMs / largeMs)} ${largeUnit}`;
  return rest === 0 ? words : `${words} ${rest} ${smallUnit}`;
}
