// A service that misbehaves, each path in its own way: node odd-gateway.mjs
import { createServer } from 'node:http';

const answers = {
  '/hang': (response) => response.write('begun'),
  '/redirect': (response) => response.writeHead(302, { location: '/login' }).end(),
  '/large': (response) => {
    const more = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  },
};

createServer((request, response) => {
  answers[request.url]?.(response);
}).listen(8081, '127.0.0.1', () => console.log('listening'));
