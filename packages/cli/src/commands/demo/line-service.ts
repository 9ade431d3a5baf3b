import { createServer, type Server } from 'node:net';

/** A small real TCP service: answers a line with its name and how many it has answered, and closes. */
export function createLineService(name: string): Server {
  let answered = 0;
  return createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      answered += 1;
      socket.end(`${name} ${answered}\n`);
    });
  });
}

/** The name in an answer; undefined when it is none. */
export function readAnswer(answer: string): string | undefined {
  return /^(\w+) \d+\n$/.exec(answer)?.[1];
}
