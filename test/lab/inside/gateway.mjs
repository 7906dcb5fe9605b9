// The API gateway that a lab server's cluster keeps reachable: node gateway.mjs HTTP_STATUS
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const status = Number(process.argv[2]);

createServer((request, response) => {
  const known = request.url === '/healthcheck';
  response.writeHead(known ? status : 404, { 'content-type': 'text/plain' });
  response.end(known ? `${hostname()}\n` : 'not found\n');
}).listen(8080, () => console.log('listening'));
