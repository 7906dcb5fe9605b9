import { createSocket } from 'node:dgram';
import { isLinkLocal } from '../../keepalived/addresses/addresses.ts';

/**
 * Whether the kernel lets a socket send from this address. It knows more than the list of addresses:
 * local routes and `ip_nonlocal_bind`. Nothing is sent.
 * @param interfaceName a link-local address belongs to one
 * @returns undefined if it can’t tell
 */
export function canSendFrom(
  address: string,
  interfaceName: string | undefined,
): Promise<boolean | undefined> {
  const isIpv6 = address.includes(':');
  const needsZone = isIpv6 && isLinkLocal(address) && !address.includes('%');
  if (needsZone && interfaceName === undefined) return Promise.resolve(undefined);
  const zoned = needsZone ? `${address}%${String(interfaceName)}` : address;
  const socket = createSocket(isIpv6 ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const answer = (can: boolean | undefined) => {
      socket.close(() => {
        resolve(can);
      });
    };
    socket.once('listening', () => {
      answer(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      answer(error.code === 'EADDRNOTAVAIL' ? false : undefined);
    });
    socket.bind({ address: zoned, port: 0, exclusive: true });
  });
}
