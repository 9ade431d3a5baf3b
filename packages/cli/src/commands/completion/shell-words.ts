import type { Shell } from './shells.ts';

/** A quote that was opened and not closed. */
type OpenQuote = '' | '"' | "'";

/** A word as it is typed, and what the shell will make of it. */
export interface TypedWord {
  readonly text: string;
  readonly quote: OpenQuote;
}

/** No shell reads anything into these, wherever they stand. */
const PLAIN = /^[A-Za-z0-9_./:+=][A-Za-z0-9_./:+=-]*$|^--?[a-z][a-z0-9-]*$/;
/** Each of these is a quote in PowerShell that begins and ends a text. */
const POWERSHELL_QUOTES = /['\u2018\u2019\u201a\u201b]/g;

/** What a typed word means, without what is expanded in it. zsh has taken its quotes away. Undefined where nothing can be put in its place. */
export function readTypedWord(typed: string, shell: Shell): TypedWord | undefined {
  switch (shell) {
    case 'bash':
    case 'fish':
      return readQuoted(typed);
    case 'zsh':
      return { text: typed, quote: '' };
    case 'powershell':
      return { text: typed.replace(/^['"]|['"]$/g, '').replaceAll("''", "'"), quote: '' };
    default:
      return shell satisfies never;
  }
}

/**
 * A word as its shell's script wants it, so that the shell takes it for just this text. `quote` stands before it already. Undefined where that can't be
 * written.
 */
export function writeShellWord(text: string, shell: Shell, quote: OpenQuote): string | undefined {
  switch (shell) {
    case 'zsh':
    case 'fish':
      return text;
    case 'bash':
      return writeBashWord(text, quote);
    case 'powershell':
      return PLAIN.test(text) ? text : `'${text.replaceAll(POWERSHELL_QUOTES, '$&$&')}'`;
    default:
      return shell satisfies never;
  }
}

function writeBashWord(text: string, quote: OpenQuote): string | undefined {
  switch (quote) {
    case '':
      // Letters of other scripts mean nothing to it.
      return PLAIN.test(text)
        ? text
        : text.replaceAll(/[\0-\x7f]/g, (character) => (/[\w./+-]/.test(character) ? character : `\\${character}`));
    case "'":
      return text.includes("'") ? undefined : text;
    case '"':
      // Within these a backslash does not take its meaning from "!", and stays.
      return text.includes('!') ? undefined : text.replaceAll(/[\\"$`]/g, '\\$&');
    default:
      return quote satisfies never;
  }
}

/** A quote within a word is left alone: where it begins decides what is replaced. */
function readQuoted(typed: string): TypedWord | undefined {
  const [first] = typed;
  if (first !== '"' && first !== "'") {
    return /(?<!\\)(?:\\\\)*["']/.test(typed) ? undefined : { text: typed.replaceAll(/\\(.?)/gs, '$1'), quote: '' };
  }
  const rest = typed.slice(1);
  if (first === "'") return rest.includes("'") ? undefined : { text: rest, quote: "'" };
  if (/(?<!\\)(?:\\\\)*"/.test(rest)) return undefined;
  return { text: rest.replaceAll(/\\([\\"$`])/g, '$1'), quote: '"' };
}
