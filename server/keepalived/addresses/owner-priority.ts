/** The priority of the server that owns the addresses (RFC 9568, 5.2.4): no weight changes it. */
export const ownerPriority = 255;
