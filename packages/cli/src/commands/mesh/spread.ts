import { type Notice, writeNotices } from '@mdns-ambassador/mesh';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_REFUSED } from '../../exit/exit-codes.ts';
import { escapeText } from '../../output/escape.ts';
import { joinWords } from '../../output/phrases.ts';
import type { Keys, OpenMesh } from './mesh-task.ts';

/** Who has heard what a keeper said. */
export interface Told {
  /** Names of machines that know it, of those that do not, and addresses of who shows no machine. */
  readonly told: readonly string[];
  readonly away: readonly string[];
  readonly nameless: readonly string[];
}

/** A keeper says this: it is kept here and told to everybody who is linked. Rejects with a CliError where it can't count. */
export async function sayOf(
  open: OpenMesh,
  ring: Keys,
  word: Pick<Notice, 'kind' | 'machine' | 'name'>,
): Promise<Told> {
  const { mesh } = open;
  const written = writeNotices(ring, mesh.notices.list, { ...word, at: Date.now() });
  const { news } = mesh.notices.take(written.map(({ text }) => text));
  if (news.length === 0) {
    throw new CliError(
      EXIT_REFUSED,
      'somebody who has the mesh key has seen to it that nothing counts any more that is said of machines: make a new key with mesh rotate, and copy it to machines that you trust alone',
    );
  }
  return tellAll(open, word.machine);
}

/** The same of what was said before. `but`: the key of the machine that it is about, which need not hear it. */
export async function tellAll({ contact, known }: OpenMesh, but: string): Promise<Told> {
  await contact.tell();
  const knowing = new Set(contact.list().flatMap(({ isTold, identity }) => (isTold ? [identity?.keyId] : [])));
  const { machines, nameless } = known();
  const others = machines.filter(({ isSelf, keyId }) => !isSelf && keyId !== but);
  const names = (wanted: boolean): readonly string[] =>
    others.filter(({ keyId }) => knowing.has(keyId) === wanted).map(({ name }) => name);
  return { told: names(true), away: names(false), nameless: nameless.map(({ place }) => place) };
}

/** What goes on after the news: `told 4 of 5 machines` and, in lines of their own, who was not reached. */
export function describeTold({ told, away, nameless }: Told): {
  readonly head: string;
  readonly lines: readonly string[];
} {
  const count = told.length + away.length;
  const head =
    count === 0
      ? 'no other machine is known that is to be told'
      : `told ${told.length} of ${count} ${count === 1 ? 'machine' : 'machines'}`;
  const lines: string[] = [];
  if (away.length > 0) {
    const they = away.length === 1 ? 'was not reached from here: it hears' : 'were not reached from here: they hear';
    lines.push(
      `${joinWords(away)} ${they} of it from the others, at once where something runs there, else when it does`,
    );
  }
  if (nameless.length > 0) {
    const places = joinWords(nameless.map(escapeText));
    const what =
      nameless.length === 1
        ? 'shows no machine: it has a token, or a former version, and hears nothing of this'
        : 'show no machines: they have tokens, or a former version, and hear nothing of this';
    lines.push(
      `${places} ${what}: a machine that was let in for single services alone is served there until its membership ends, 90 days at most, or the key is rotated (mesh rotate)`,
    );
  }
  return { head, lines };
}
