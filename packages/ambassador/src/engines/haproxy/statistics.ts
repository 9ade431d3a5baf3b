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

/** haproxy's management guide, 9.1 "CSV format": columns are found by name, since versions add some. */
const COLUMNS = {
  proxy: 'pxname',
  server: 'svname',
  status: 'status',
  sessions: 'scur',
  total: 'stot',
  bytesUp: 'bin',
  bytesDown: 'bout',
  connectErrors: 'econ',
  retries: 'wretr',
  redispatches: 'wredis',
  denied: 'dcon',
  connectMs: 'ctime',
  checkStatus: 'check_status',
} as const;

/** Reads the answer to `show stat`. What is no row is left out; a number that is missing is 0. */
export function parseStatistics(text: string): readonly StatisticsRow[] {
  const [heading = '', ...lines] = text.split('\n');
  const names = heading.replace(/^# ?/, '').split(',');
  const positions = new Map(Object.entries(COLUMNS).map(([key, column]) => [key, names.indexOf(column)]));
  return lines.flatMap((line) => {
    const fields = splitLine(line);
    const text = (key: keyof typeof COLUMNS): string => fields[positions.get(key) ?? -1] ?? '';
    const number = (key: keyof typeof COLUMNS): number => Number.parseInt(text(key), 10) || 0;
    if (text('proxy') === '' || text('server') === '') return [];
    const row: StatisticsRow = {
      proxy: text('proxy'),
      server: text('server'),
      status: text('status'),
      sessions: number('sessions'),
      total: number('total'),
      bytesUp: number('bytesUp'),
      bytesDown: number('bytesDown'),
      connectErrors: number('connectErrors'),
      retries: number('retries'),
      redispatches: number('redispatches'),
      denied: number('denied'),
      connectMs: number('connectMs'),
      // While a check is under way, the last one's is marked.
      checkStatus: text('checkStatus').replace(/^\* /, ''),
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
