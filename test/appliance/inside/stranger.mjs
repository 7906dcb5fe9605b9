/**
 * Whoever has taken over the web, with nothing of ours but what a frame looks like. Each line of its
 * input is one connection: `{"path", "frames"}`, the frames as base64; or `{"path", "program", "protocol", "asks"}`,
 * messages after a hello. It answers with what it was told until all was answered, or it was closed.
 */
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** @param {unknown} message */
function frameOf(message) {
  const head = Buffer.from(JSON.stringify(message));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(head.length + 4, 0);
  lengths.writeUInt32BE(head.length, 4);
  return Buffer.concat([lengths, head]);
}

/** @param {Buffer} bytes what arrived so far */
function* readHeads(bytes) {
  for (let at = 0; bytes.length >= at + 8;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (bytes.length < end) return;
    yield JSON.parse(bytes.toString('utf8', at + 8, at + 8 + bytes.readUInt32BE(at + 4)));
    at = end;
  }
}

/** @param {{ path: string, program?: string, protocol?: number, asks?: { kind: string }[], frames?: string[] }} attempt */
function attempt({ path, program, protocol, asks = [], frames = [] }) {
  return new Promise((resolve) => {
    const socket = connect(path);
    let bytes = Buffer.alloc(0);
    let problem;
    const tell = () => {
      socket.destroy();
      resolve({ problem, answers: [...readHeads(bytes)].filter(({ kind }) => kind !== 'hello') });
    };
    socket.on('error', ({ code }) => (problem = code));
    socket.on('close', tell);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      // The hello of the agent, and one answer for each.
      if (asks.length > 0 && [...readHeads(bytes)].length > asks.length) tell();
    });
    if (program !== undefined) socket.write(frameOf({ kind: 'hello', program, protocol }));
    asks.forEach((ask, index) => socket.write(frameOf({ id: index + 1, ...ask })));
    for (const frame of frames) socket.write(Buffer.from(frame, 'base64'));
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await attempt(JSON.parse(line)))}\n`);
}
