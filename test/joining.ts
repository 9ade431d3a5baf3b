import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FIGURES = fileURLToPath(new URL('../test-results/', import.meta.url));

/** What it took from two fresh machines to a mesh of both is kept as a figure, `test-results/NAME.json`. */
export function noteJoining(name: string, inviteMs: number, joinMs: number): void {
  mkdirSync(FIGURES, { recursive: true });
  writeFileSync(
    `${FIGURES}${name}.json`,
    JSON.stringify({ inviteMs: Math.round(inviteMs), joinMs: Math.round(joinMs) }),
  );
}
