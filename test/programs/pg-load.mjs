// PORT: opens connections with the `pg` package, two at a time, and asks each who it is, until standard input ends; prints `asked N`
// now and then, and the counts as JSON.
import pg from 'pg';
import { askUntilEnd } from './askers.mjs';

const port = Number(process.argv[2]);

async function ask() {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'nobody', database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query('SELECT current_user AS who')).rows[0].who;
  } catch (error) {
    return error.message;
  } finally {
    await client.end().catch(() => {});
  }
}

await askUntilEnd({ ask, wanted: 'app', atATime: 2, linesEvery: 5 });
