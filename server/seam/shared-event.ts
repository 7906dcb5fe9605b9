import type { TailPlace } from './calls.ts';
import { prepareEvent } from './wire/encode.ts';
import type { PreparedEvent } from './wire/encode.ts';

/**
 * One event for many streams of a topic: it becomes bytes once, and these are held once, however many
 * take it. The event must not be changed afterwards.
 */
export class SharedEvent<Event> {
  readonly #event: Event;
  #prepared: PreparedEvent | undefined;

  constructor(event: Event) {
    this.#event = event;
  }

  /** @param place where the topic may have bytes */
  prepare(place: TailPlace | undefined): PreparedEvent {
    return (this.#prepared ??= prepareEvent(this.#event, place));
  }
}
