import { request } from 'node:http';

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

/** Asks for one path of CONTRACT 3. Never rejects. */
export function askAdmin(socketPath: string, path: string, timeoutMs: number): Promise<AdminAnswer> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path, agent: false, headers: { Host: 'localhost' } });
    const timer = setTimeout(() => end({ kind: 'silent' }), timeoutMs);
    const end = (answer: AdminAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      asking.destroy();
    };
    asking.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      end(code === 'ECONNREFUSED' || code === 'ENOENT' ? { kind: 'refused' } : { kind: 'failed', code });
    });
    asking.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) end({ kind: 'failed', code: 'its answer is too long' });
        else chunks.push(chunk);
      });
      response.on('error', (error) => end({ kind: 'failed', code: error.message }));
      response.on('end', () =>
        end({ kind: 'answered', status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    asking.end();
  });
}
