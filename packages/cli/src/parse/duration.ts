import { InvalidValue } from '../exit/cli-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** A timer of Node counts to 2^31 - 1 ms. */
const LONGEST_MS = 24 * 3_600_000;

/** `500ms`, `2s`, `1.5m`, `1h`; a bare number is seconds. Returns milliseconds, `atLeastMs`..24 h. */
export function parseDuration(text: string, atLeastMs = 1): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) {
    throw new InvalidValue(`"${text}" is no duration; write a number with its unit, such as 500ms, 2s or 1m`);
  }
  const durationMs = Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? 's'] ?? 0));
  if (durationMs < atLeastMs || durationMs > LONGEST_MS) {
    throw new InvalidValue(`"${text}" is out of range; write a duration from ${formatDuration(atLeastMs)} to 24h`);
  }
  return durationMs;
}

/** `250ms`, `10s`, `1m`: the largest unit that needs no fraction. */
export function formatDuration(durationMs: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    const size = UNIT_MS[unit] ?? 1;
    if (durationMs >= size && durationMs % size === 0) return `${durationMs / size}${unit}`;
  }
  return `${durationMs}ms`;
}
