/**
 * SRV weights (0..65535, RFC 2782) as weights of 1..`highest` with the same shares: those of weight 0 share one part in
 * sum + 1, as they would if RFC 2782's number were drawn. Where the range is too small, the smallest are rounded up to 1.
 */
export function scaleWeights(weights: readonly number[], highest: number): readonly number[] {
  const zeros = weights.filter((weight) => weight === 0).length;
  if (zeros === weights.length) return weights.map(() => 1);
  const parts = weights.map((weight) => (weight === 0 ? 1 : weight * Math.max(1, zeros)));
  const factor = Math.min(1, highest / Math.max(...parts));
  return parts.map((part) => Math.max(1, Math.round(part * factor)));
}
