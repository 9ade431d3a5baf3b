/** What a program and the processes under it have used, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * Processor seconds so far, those of children that have ended included.
 *
 * @param {number} pid
 */
export function readCpuSeconds(pid) {
  const ticks = familyOf(pid).flatMap((id) => statOf(id).slice(11, 15).map(Number));
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}

/**
 * MiB of memory, what processes share counted once.
 *
 * @param {number} pid
 */
export function readMemoryMib(pid) {
  const kib = familyOf(pid).map((id) => {
    const rollup = read(`/proc/${id}/smaps_rollup`);
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
  });
  return kib.reduce((sum, each) => sum + each, 0) / 1024;
}

/**
 * @param {number} pid
 * @returns {readonly number[]}
 */
function familyOf(pid) {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statOf(Number(name))[1])]),
  );
  const family = [pid];
  for (const each of family) {
    for (const [id, parent] of parents) if (parent === each) family.push(id);
  }
  return family;
}

/**
 * The fields of /proc/PID/stat from the third on; empty when the process has ended.
 *
 * @param {number} pid
 */
function statOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
