/** The longest name that a machine has. */
const MAX_CHARACTERS = 32;

/** The name that a machine wishes, or the next one that no other has: `laptop-2`. */
export function chooseFreeName(wished: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wished)) return wished;
  for (let count = 2; ; count++) {
    const end = `-${count}`;
    const name = wished.slice(0, MAX_CHARACTERS - end.length).replace(/-+$/, '') + end;
    if (!taken.has(name)) return name;
  }
}
