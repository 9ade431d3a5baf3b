import type { ServiceRow } from '../../process/service-rows.ts';

/** What one look showed, and when, in milliseconds of a monotonic clock. */
export interface Look {
  readonly at: number;
  readonly rows: readonly ServiceRow[];
}

/** Of one service of one process, from one look to the next, in a second. */
export interface ServiceRates {
  readonly connections: number;
  /** Both ways. */
  readonly bytes: number;
  /** Absent where only their sum is known. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
}

/** What a process shows of a service, with how fast it goes; undefined at the first look, and where nobody counts. */
export interface RatedRow extends ServiceRow {
  readonly rates: ServiceRates | undefined;
  /** Where it is, if that may be another than this one. */
  readonly machine?: string;
}

export function rate(before: Look | undefined, now: Look): readonly RatedRow[] {
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000;
  const earlier = new Map(before?.rows.map((row) => [keyOf(row), row]));
  return now.rows.map((row) => {
    const old = earlier.get(keyOf(row));
    return { ...row, rates: old === undefined || seconds <= 0 ? undefined : compare(old, row, seconds) };
  });
}

function compare(old: ServiceRow, row: ServiceRow, seconds: number): ServiceRates | undefined {
  const { connections, bytes } = row;
  if (connections === undefined || bytes === undefined) return undefined;
  // A part that was replaced, by a change of its file, counts anew.
  const per = (after: number, before = 0): number => Math.max(0, after - before) / seconds;
  const bytesUp = per(bytes.up, old.bytes?.up);
  const bytesDown = per(bytes.down, old.bytes?.down);
  return {
    connections: per(connections.total, old.connections?.total),
    bytes: bytesUp + bytesDown,
    bytesUp,
    bytesDown,
  };
}

function keyOf({ pid, role, service, where }: ServiceRow): string {
  return JSON.stringify([pid, role, service, where]);
}
