/**
 * Asks over new connections, `atATime` of them, until standard input ends; prints `ready`, `asked N` at each multiple of
 * `linesEvery`, and at last the counts as JSON. An answer other than `wanted` is a failure.
 */
export async function askUntilEnd({ ask, wanted, atATime, linesEvery }) {
  const counts = { asked: 0, failed: 0, failures: [] };
  let isOver = false;
  process.stdin.on('end', () => {
    isOver = true;
  });
  process.stdin.resume();

  const askOn = async () => {
    while (!isOver) {
      const answer = await ask();
      counts.asked += 1;
      if (counts.asked % linesEvery === 0) console.log(`asked ${counts.asked}`);
      if (answer === wanted) continue;
      counts.failed += 1;
      if (counts.failures.length < 5) counts.failures.push(answer);
    }
  };

  console.log('ready');
  await Promise.all(Array.from({ length: atATime }, askOn));
  console.log(JSON.stringify(counts));
}
