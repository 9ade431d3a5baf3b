// PORT: opens connections with the `pg` package, two at a time, and asks each who it is, until standard input ends; prints `asked N`
// now and then, and the counts as JSON.
import pg from 'pg';

const port = Number(process.argv[2]);
const counts = { asked: 0, failed: 0, failures: [] };
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();

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

async function askOn() {
  while (!isOver) {
    const answer = await ask();
    counts.asked += 1;
    if (counts.asked % 5 === 0) console.log(`asked ${counts.asked}`);
    if (answer === 'app') continue;
    counts.failed += 1;
    if (counts.failures.length < 5) counts.failures.push(answer);
  }
}

console.log('ready');
await Promise.all([askOn(), askOn()]);
console.log(JSON.stringify(counts));
