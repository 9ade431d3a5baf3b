/**
 * What a handshake costs: a dialler and a door in one process, in turns with those of another tree that is built, such as a former commit's. Processor
 * time, so that other work of the machine counts for little.
 *
 *     npm run bench:handshake [-- OTHER_TREE [ROUNDS [HANDSHAKES]]]
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeMachine, medianOf } from './relay/rounds.mjs';

const HERE = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('mesh/shake-hands.mjs', import.meta.url));
const [other, rounds = '5', count = '600'] = process.argv.slice(2);
const trees = other === undefined ? [HERE] : [other, HERE];

console.error(describeMachine());
const results = new Map(trees.map((tree) => [tree, []]));
for (let round = 0; round < Number(rounds); round++) {
  // Who is first has the machine as the last round left it.
  for (const tree of round % 2 === 0 ? trees : trees.toReversed()) {
    const text = execFileSync(process.execPath, ['--expose-gc', PROGRAM, tree, count], { encoding: 'utf8' });
    results.get(tree).push(JSON.parse(text));
  }
}

const show = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${medianOf(sorted).toFixed(2)} (${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)})`;
};
for (const [tree, all] of results) {
  const [cpu, kib] = [all.map(({ cpuMs }) => cpuMs), all.map((one) => one.kib)];
  console.log(
    `${tree}: ${show(cpu)} ms of processor time a handshake, ${show(kib)} KiB for both ends while it is idle`,
  );
}
