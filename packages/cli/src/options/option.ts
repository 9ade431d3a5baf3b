/** One option of the command line; also read from `AMBASSADOR_<NAME>` and, in the file, as its name in camel case. */
export interface Option {
  /** Without dashes: `check-interval`. */
  readonly name: string;
  /** One letter, without its dash: `o`. */
  readonly alias?: string;
  /** `flag` has no value, `text` one, `list` may be given several times, and so may `pairs`, each KEY=VALUE: a map in the file. */
  readonly kind: 'flag' | 'text' | 'list' | 'pairs';
  /** Where it stands in the file: in the entry of each service, at the top for the whole process, or in none. Absent: in entries. */
  readonly inFile?: 'entry' | 'top' | 'both' | false;
  /** One sentence for the help. */
  readonly summary: string;
  /** What the default is, for the help. */
  readonly byDefault?: string;
  /** The words that it takes: in the help, and for shell completion. */
  readonly choices?: readonly string[];
  /** How its values may begin, for shell completion alone. */
  readonly beginnings?: readonly string[];
  /** Its values are names of these on the link, for shell completion alone. */
  readonly names?: 'services' | 'instances';
}

/** `check-interval` -> `AMBASSADOR_CHECK_INTERVAL` */
export function nameVariable(option: string): string {
  return `AMBASSADOR_${option.toUpperCase().replaceAll('-', '_')}`;
}

/** `check-interval` -> `checkInterval` */
export function nameKey(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
