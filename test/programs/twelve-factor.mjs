// A program that knows its services by its environment alone: it asks redis (REDIS_URL) and postgres (DATABASE_URL, and what PG... says of the login),
// one question after the other, prints `asked` once both have answered, and when it is told to end what failed, as JSON.
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';

const redis = new Redis(process.env.REDIS_URL);
redis.on('error', () => {});
const database = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const failures = [];
const answers = { redis: 0, postgres: 0 };
let isOver = false;
process.once('SIGTERM', () => {
  isOver = true;
});

async function ask(name, question) {
  while (!isOver) {
    try {
      await question();
      answers[name] += 1;
    } catch (error) {
      failures.push(`${name}: ${error.message}`);
    }
    await setTimeout(20);
    if (answers.redis > 0 && answers.postgres > 0) console.log('asked', answers.redis, answers.postgres);
  }
}

await Promise.all([
  ask('redis', () => redis.set('asked', answers.redis)),
  ask('postgres', () => database.query('SELECT 6 * 7')),
]);
redis.disconnect();
await database.end();
console.log(JSON.stringify({ failures, places: [process.env.REDIS_URL, process.env.DATABASE_URL] }));
