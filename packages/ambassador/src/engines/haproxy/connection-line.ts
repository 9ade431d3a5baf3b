import type { ConnectionOutcome, ConnectionReport } from '../engine.ts';

/** A connection that haproxy carried to its end. */
export interface ConnectionLine extends Omit<ConnectionReport, 'endpoint' | 'address' | 'fault'> {
  /** Absent when no server was found. */
  readonly server?: string;
}

const FIELDS = /^(\S+) (\d+) (\S+) (\S)(\S) (\d+) (\d+) \+?(\d+) (-?\d+)$/;
const NO_SERVER = '<NOSRV>';

/** Reads a line of `LOG_FORMAT`; undefined for any other that haproxy writes. */
export function parseConnectionLine(line: string): ConnectionLine | undefined {
  const [, address = '', port, server = '', cause = '', phase = '', up, down, duration, dial] = FIELDS.exec(line) ?? [];
  if (address === '') return undefined;
  return {
    ...(/[.:]/.test(address) ? { client: { address, port: Number(port) } } : {}),
    ...(server === NO_SERVER ? {} : { server }),
    bytesUp: Number(up),
    bytesDown: Number(down),
    durationMs: Number(duration),
    ...(Number(dial) < 0 ? {} : { dialMs: Number(dial) }),
    outcome: readOutcome(cause, phase === 'D' || phase === 'L'),
  };
}

/** The first two letters of the termination state (haproxy's configuration manual, 8.5). */
function readOutcome(cause: string, isCarried: boolean): ConnectionOutcome {
  switch (cause) {
    case '-':
      return { kind: 'ended' };
    case 'C':
      return isCarried ? { kind: 'reset', by: 'client', code: 'ECONNRESET' } : { kind: 'left' };
    case 'S':
      return isCarried ? { kind: 'reset', by: 'upstream', code: 'ECONNRESET' } : { kind: 'failed', reason: 'refused' };
    case 'c':
      return isCarried ? { kind: 'abandoned' } : { kind: 'left' };
    case 's':
      return isCarried ? { kind: 'abandoned' } : { kind: 'failed', reason: 'no answer in time' };
    default:
      return { kind: 'aborted' };
  }
}
