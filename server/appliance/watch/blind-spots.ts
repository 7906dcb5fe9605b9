/** What this program watches, but can’t see now. */
export interface BlindSpots {
  /** @param sentence what is not seen, and what that means; undefined: it is seen (again) */
  note: (what: string, sentence: string | undefined) => void;
  list: () => string[];
}

export function createBlindSpots(): BlindSpots {
  const spots = new Map<string, string>();
  return {
    note(what, sentence) {
      if (sentence === undefined) spots.delete(what);
      else spots.set(what, sentence);
    },
    list: () => [...spots.values()],
  };
}
