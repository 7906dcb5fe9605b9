export interface PlaceAnnouncement {
  /** The web listens, or waits for its address. */
  note(isWaiting: boolean): void;
  isWaiting(): boolean;
  /** All else has started: says it from now on, once for each turn. */
  begin(): void;
}

/** @param place where the page is, as people write it */
export function createPlaceAnnouncement(
  place: string,
  write: (line: string) => void,
): PlaceAnnouncement {
  let now: boolean | undefined;
  let said: boolean | undefined;
  let hasBegun = false;
  const say = () => {
    if (!hasBegun || now === undefined || now === said) return;
    said = now;
    write(`keepalived-wai: ${place}${now ? notYet : ''}\n`);
  };
  return {
    note(isWaiting) {
      now = isWaiting;
      say();
    },
    isWaiting: () => now === true,
    begin() {
      hasBegun = true;
      say();
    },
  };
}

/** How a sentence that begins with the place goes on. */
export const notYet =
  ' is not an address of this server yet. The page answers there as soon as it is.';
