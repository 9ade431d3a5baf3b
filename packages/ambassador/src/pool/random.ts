/** A random number in [0, 1). */
export type Random = () => number;

/** A random integer in [0, below). */
export function drawIndex(below: number, random: Random): number {
  return Math.min(below - 1, Math.floor(random() * below));
}
