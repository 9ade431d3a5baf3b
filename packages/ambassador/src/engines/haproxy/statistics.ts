/** A server, the frontend or the whole backend, as `show stat` tells. Counts since haproxy was started. */
export interface StatisticsRow {
  readonly proxy: string;
  /** `FRONTEND` and `BACKEND` are the proxy's own. */
  readonly server: string;
  readonly status: string;
  /** Sessions that it carries now, and carried in all. */
  readonly sessions: number;
  readonly total: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Sessions that were given up, dials that were repeated, and those that were repeated elsewhere. */
  readonly connectErrors: number;
  readonly retries: number;
  readonly redispatches: number;
  /** Connections that a rule turned away. */
  readonly denied: number;
  /** Of the last connections on average, in milliseconds. */
  readonly connectMs: number;
  /** How the last check ended: `L4OK`, `L4CON` ...; empty where there was none. */
  readonly checkStatus: string;
}

/**
 * Reads the answer to `show stat` (haproxy's management guide, 9.1 "CSV format"): columns are found by name, since versions add some. What
 * is no row is left out; a number that is missing is 0.
 */
export function parseStatistics(text: string): readonly StatisticsRow[] {
  const [heading = '', ...lines] = text.split('\n');
  const names = heading.replace(/^# ?/, '').split(',');
  const positions = new Map(names.map((name, index) => [name, index]));
  return lines.flatMap((line) => {
    const fields = splitLine(line);
    const text = (column: string): string => fields[positions.get(column) ?? -1] ?? '';
    const number = (column: string): number => Number.parseInt(text(column), 10) || 0;
    if (text('pxname') === '' || text('svname') === '') return [];
    const row: StatisticsRow = {
      proxy: text('pxname'),
      server: text('svname'),
      status: text('status'),
      sessions: number('scur'),
      total: number('stot'),
      bytesUp: number('bin'),
      bytesDown: number('bout'),
      connectErrors: number('econ'),
      retries: number('wretr'),
      redispatches: number('wredis'),
      denied: number('dcon'),
      connectMs: number('ctime'),
      // While a check is under way, the last one's is marked.
      checkStatus: text('check_status').replace(/^\* /, ''),
    };
    return [row];
  });
}

/** Whether it was taken out of use by command. */
export function isResting({ status }: StatisticsRow): boolean {
  return status.startsWith('MAINT');
}

/** Whether haproxy's own check or dials found it dead. */
export function isDown({ status }: StatisticsRow): boolean {
  return status.startsWith('DOWN');
}

/** Commas, and quotes around what contains some. */
function splitLine(line: string): readonly string[] {
  const fields: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)) {
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  }
  return fields;
}
