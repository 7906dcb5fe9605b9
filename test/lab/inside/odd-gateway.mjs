// A service that misbehaves, each path in its own way: node odd-gateway.mjs
import { createServer } from 'node:http';
import { clearInterval, setInterval } from 'node:timers';

const answers = {
  '/hang': (response) => response.write('begun'),
  '/redirect': (response) => response.writeHead(302, { location: '/login' }).end(),
  // Without end, but not as fast as a processor can.
  '/large': (response) => {
    const timer = setInterval(() => response.write('x'.repeat(65_536)), 5);
    response.once('close', () => clearInterval(timer));
  },
};

createServer((request, response) => {
  answers[request.url]?.(response);
}).listen(8081, '127.0.0.1', () => console.log('listening'));
