/**
 * One timer for all that is looked at often: each timer of its own wakes the processor by itself, for
 * ever, on a machine that may have better things to do.
 */

/** Milliseconds from one beat to the next. */
export const beatMs = 500;

interface Beating {
  everyBeats: number;
  act: () => void;
}

const beatings = new Set<Beating>();
let timer: NodeJS.Timeout | undefined;
let beats = 0;

/**
 * Calls back again and again, together with all others that do. It keeps no process alive.
 * @param everyMs a multiple of `beatMs`
 * @returns the function that ends it
 */
export function onBeat(everyMs: number, act: () => void): () => void {
  const beating = { everyBeats: Math.max(1, Math.round(everyMs / beatMs)), act };
  beatings.add(beating);
  timer ??= setInterval(beat, beatMs).unref();
  return () => {
    beatings.delete(beating);
    if (beatings.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function beat(): void {
  beats += 1;
  for (const { everyBeats, act } of beatings) if (beats % everyBeats === 0) act();
}
