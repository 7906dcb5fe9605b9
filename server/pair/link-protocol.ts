/** Where the page of another server asks for a connection of its agent with this one's. */
export const linkPath = '/pair/link';
/** What it asks to go over to (RFC 9110, 7.8). Apache passes on names of up to 15 characters. */
export const linkProtocol = 'wai-pair';

/** What another server may do here. */
export const pairGrants = ['see', 'see-and-change'] as const;
export type PairGrant = (typeof pairGrants)[number];
