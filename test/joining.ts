import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const FIGURES = fileURLToPath(new URL('../test-results/', import.meta.url));
/** From two fresh machines to a mesh of both, but for the seconds in which a person types. */
const LONGEST_MS = 30_000;

/** What it took is kept as a figure, `test-results/NAME.json`, and ends in time on a busy machine, too. */
export function noteJoining(name: string, inviteMs: number, joinMs: number): void {
  mkdirSync(FIGURES, { recursive: true });
  writeFileSync(
    `${FIGURES}${name}.json`,
    JSON.stringify({ inviteMs: Math.round(inviteMs), joinMs: Math.round(joinMs) }),
  );
  expect(inviteMs + joinMs).toBeLessThan(LONGEST_MS);
}
