// Leads from a unix socket, which is reachable from outside the network namespace, to a TCP port
// inside it: node doorway.mjs SOCKET_PATH PORT
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';

const [socketPath, port] = process.argv.slice(2);

createServer((visitor) => {
  const inside = connect(Number(port), '127.0.0.1');
  pipeline(visitor, inside, () => inside.destroy());
  pipeline(inside, visitor, () => visitor.destroy());
}).listen(socketPath, () => console.log('listening'));
