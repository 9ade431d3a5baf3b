/** Each counter of the one with that of the other. */
export function addCounters<Name extends string>(
  one: Readonly<Record<Name, number>>,
  other: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> {
  const sum: Record<Name, number> = { ...one };
  for (const name in other) sum[name] += other[name];
  return sum;
}
