// PORT [POOL]: connects with the `pg` package and no password, asks twice with parameters in a pool, prints the answers as JSON.
import pg from 'pg';

const port = Number(process.argv[2]);
const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'nobody', database: 'postgres', max: 3 });
const answers = await Promise.all(
  [1, 2, 3, 4].map(async (n) => (await pool.query('SELECT current_user AS who, $1::int * 2 AS n', [n])).rows[0]),
);
await pool.end();
console.log(JSON.stringify(answers));
