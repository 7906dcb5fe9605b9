/** An address that is foreseen to change its server by an election. */
export interface ForeseenMovement {
  /** As it is called now. */
  instanceName: string;
  /** `take`: to this server · `lose`: to the peer, if there is one that may take it. */
  direction: 'take' | 'lose';
  /** Without prefix lengths. */
  addresses: string[];
  /** From the reload on. */
  withinMs: number;
}

export interface Foresight {
  /** What will happen, in plain words. */
  sentences: string[];
  /**
   * What could put an address on two machines or on none, and what changes routes, sends requests or
   * hides keepalived: each must be accepted first.
   */
  dangers: string[];
  movements: ForeseenMovement[];
  /** What keepalived would run, read or write as root besides: each needs a password. */
  addedCommands: string[];
  /** It brings a URL that was not asked: that is done once all the rest is consented to. */
  hasUnaskedUrl?: true;
}

/** What a change foresees that touches nothing of what runs. */
export const nothingForeseen: Foresight = {
  sentences: [],
  dangers: [],
  movements: [],
  addedCommands: [],
};

/** A sentence, and nothing else. */
export function told(sentence: string): Foresight {
  return { ...nothingForeseen, sentences: [sentence] };
}
