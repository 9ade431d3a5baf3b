/**
 * node clients.mjs PORT [COUNT]: eight clients ask localhost:PORT over new connections, again and again, until SIGTERM or until
 * COUNT have asked. Prints a line when another service answers for the first time, and at the end `answered N, failed M, slowest
 * K ms` and who answered how often.
 */
import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';

const CLIENTS = 8;
const PAUSE_MS = 5;
const [port, count = 'Infinity'] = process.argv.slice(2);
const answers = new Map();
let asked = 0;
let failed = 0;
let slowestMs = 0;
let isStopping = false;
process.once('SIGTERM', () => {
  isStopping = true;
});

const ask = () =>
  new Promise((resolve, reject) => {
    get({ port: Number(port), host: '127.0.0.1', agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body.trim()));
      response.on('error', reject);
    }).on('error', reject);
  });

const keepAsking = async () => {
  while (!isStopping && asked < Number(count)) {
    asked += 1;
    const begunAt = Date.now();
    try {
      const name = await ask();
      if (!answers.has(name)) console.log(`first answer of ${name}`);
      answers.set(name, (answers.get(name) ?? 0) + 1);
      slowestMs = Math.max(slowestMs, Date.now() - begunAt);
    } catch (error) {
      failed += 1;
      console.log(`failed: ${error.code ?? error.message}`);
    }
    await setTimeout(PAUSE_MS);
  }
};

await Promise.all(Array.from({ length: CLIENTS }, keepAsking));
const answered = [...answers.values()].reduce((sum, number) => sum + number, 0);
console.log(`answered ${answered}, failed ${failed}, slowest ${slowestMs} ms`);
for (const [name, number] of [...answers].sort()) {
  console.log(`${name} ${number}`);
}
