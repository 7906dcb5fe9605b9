/** Why a layer was not read: something else (`other`), or broken (`malformed`). */
export interface Undecodable {
  kind: 'other' | 'malformed';
  reason: string;
}

export const createOther = (reason: string): Undecodable => ({ kind: 'other', reason });
export const createMalformed = (reason: string): Undecodable => ({ kind: 'malformed', reason });

/** A layer that was read has no `kind: 'other' | 'malformed'` of its own. */
export function isUndecodable(layer: object): layer is Undecodable {
  return 'kind' in layer && (layer.kind === 'other' || layer.kind === 'malformed');
}
