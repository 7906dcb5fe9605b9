/** Where the web finds its end of the pair of sockets by which it speaks with its agent. */
export const pairDescriptor = 3;
