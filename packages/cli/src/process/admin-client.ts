import { connect } from 'node:net';

/** A process with thousands of endpoints has less to say. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What came of a question to the socket of a process. */
export type AdminAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** It took the connection, mostly, and did not answer in time. */
  | { readonly kind: 'silent' }
  /** Nobody listens there. */
  | { readonly kind: 'refused' }
  /** `code` of Node: it may not be asked, or said something else. */
  | { readonly kind: 'failed'; readonly code: string };

/** The head of an answer, and behind it the body. */
const ANSWER = /^HTTP\/1\.\d (\d{3}) .*?\r\n\r\n/s;
const LENGTH = /^content-length: *(\d+)\r$/im;

/** Asks for one path of CONTRACT 3. Never rejects. Node's client of HTTP would take a person who presses Tab 10 ms to load. */
export function askAdmin(socketPath: string, path: string, timeoutMs: number): Promise<AdminAnswer> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const timer = setTimeout(() => end({ kind: 'silent' }), timeoutMs);
    const end = (answer: AdminAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      socket.destroy();
    };
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      end(code === 'ECONNREFUSED' || code === 'ENOENT' ? { kind: 'refused' } : { kind: 'failed', code });
    });
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES) end({ kind: 'failed', code: 'its answer is too long' });
      else chunks.push(chunk);
    });
    socket.on('end', () => end(readAnswer(Buffer.concat(chunks))));
    // To HTTP/1.0 nobody answers in pieces (RFC 9112 7), and the end of the connection is that of the answer.
    socket.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  });
}

/** Reads all that was said until the end of the connection. */
export function readAnswer(bytes: Buffer): AdminAnswer {
  const text = bytes.toString('latin1');
  const [head, status] = ANSWER.exec(text) ?? [];
  if (head === undefined) return { kind: 'failed', code: 'its answer is no HTTP' };
  const body = bytes.subarray(head.length);
  const [, announced] = LENGTH.exec(head) ?? [];
  if (announced !== undefined && body.length !== Number(announced)) {
    return { kind: 'failed', code: 'its answer is cut short' };
  }
  return { kind: 'answered', status: Number(status), body: body.toString() };
}
