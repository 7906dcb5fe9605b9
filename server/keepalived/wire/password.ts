/** VRRP version 2 has room for so many bytes; keepalived cuts the rest off. */
export const passwordBytes = 8;

/** A password as it is sent and used as a key: eight bytes, filled up with zeros. */
export function paddedPassword(password: string): Buffer {
  const padded = Buffer.alloc(passwordBytes);
  Buffer.from(password).copy(padded);
  return padded;
}
