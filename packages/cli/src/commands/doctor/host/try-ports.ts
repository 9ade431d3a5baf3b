import { dial, errorCode } from '@mdns-ambassador/relay';
import type { TcpTry } from './evidence.ts';

/** A lost SYN is sent again after a second. */
const DIAL_MS = 2_000;
const SILENT_CODES: readonly string[] = ['DIAL_TIMEOUT', 'ETIMEDOUT'];

/** Connects, and hangs up at once. Never rejects. */
export async function tryPort(address: string, port: number, use: TcpTry['use']): Promise<TcpTry> {
  try {
    const socket = await dial({ kind: 'tcp', address, port }, { timeoutMs: DIAL_MS });
    socket.destroy();
    return { port, use, outcome: { kind: 'connected' } };
  } catch (error) {
    return { port, use, outcome: readOutcome(errorCode(error)) };
  }
}

function readOutcome(code: string): TcpTry['outcome'] {
  if (code === 'ECONNREFUSED') return { kind: 'refused' };
  return SILENT_CODES.includes(code) ? { kind: 'silent' } : { kind: 'failed', code };
}
