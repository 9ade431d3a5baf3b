/** A word further away than this share of its length is not what was meant. */
const FARTHEST_SHARE = 0.4;

/** Shorter parts are in too many words. */
const SHORTEST_PART = 3;

/** The candidate that the user most likely meant, by typing errors, else because the word is a part of it; undefined when none is near. */
export function findNearest(word: string, all: Iterable<string>): string | undefined {
  const candidates = [...all];
  const farthest = Math.max(1, Math.floor(word.length * FARTHEST_SHARE));
  const [nearest] = candidates
    .map((candidate) => ({ candidate, distance: measureDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= farthest)
    .toSorted((a, b) => a.distance - b.distance);
  return nearest?.candidate ?? findWhole(word, candidates);
}

/** `mesh-key` and `keyfile` of `mesh-key-file`: the shortest candidate that the word is a part of. */
function findWhole(word: string, candidates: readonly string[]): string | undefined {
  const part = toLetters(word);
  if (part.length < SHORTEST_PART) return undefined;
  const wholes = candidates.filter((candidate) => toLetters(candidate).includes(part));
  return wholes.toSorted((a, b) => a.length - b.length)[0];
}

function toLetters(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Typing errors between two words: insertions, deletions, replacements, swapped neighbours (optimal string alignment). */
export function measureDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let best = Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
