const DIGITS = 16;

/**
 * 16 hexadecimal digits that tell a process, or one of its questions, from others, all of whom hear it: no secret. `random` is of [0, 1).
 * Node's `crypto` would take a tenth of a start to load.
 */
export function drawId(random: () => number): string {
  return Array.from({ length: DIGITS }, () => Math.floor(random() * 16).toString(16)).join('');
}
