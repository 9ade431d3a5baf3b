import { expect, test } from 'vitest';
import { isDown, isResting, parseStatistics } from '../../../src/engines/haproxy/statistics.ts';

const HEADING = '# pxname,svname,scur,stot,bin,bout,econ,wretr,wredis,status,check_status,ctime,';

test('statistics are read by the names of their columns, whatever their order', () => {
  const [row] = parseStatistics(`${HEADING}\nservice,web1,2,40,100,200,1,3,2,UP 1/2,* L4OK,7,\n`);
  expect(row).toEqual({
    proxy: 'service',
    server: 'web1',
    status: 'UP 1/2',
    sessions: 2,
    total: 40,
    bytesUp: 100,
    bytesDown: 200,
    connectErrors: 1,
    retries: 3,
    redispatches: 2,
    denied: 0,
    connectMs: 7,
    checkStatus: 'L4OK',
  });
});

test('quotes around a field are taken off, and what is no row is left out', () => {
  const rows = parseStatistics(`${HEADING}\nservice,"a,""b""",0,0,0,0,0,0,0,DOWN,L4CON,0,\n\nnonsense\n`);
  expect(rows.map(({ server }) => server)).toEqual(['a,"b"']);
  expect(parseStatistics('')).toEqual([]);
});

test('who rests by command is told from who was found dead', () => {
  const [resting, dead] = parseStatistics(
    `${HEADING}\ns,a,0,0,0,0,0,0,0,MAINT,,0,\ns,b,0,0,0,0,0,0,0,DOWN (agent),,0,\n`,
  );
  expect([resting, dead].map((row) => row && isResting(row))).toEqual([true, false]);
  expect([resting, dead].map((row) => row && isDown(row))).toEqual([false, true]);
});
