/** One option of the command line; also read from `AMBASSADOR_<NAME>` and, in the file, as its name in camel case. */
export interface Option {
  /** Without dashes: `check-interval`. */
  readonly name: string;
  /** One letter, without its dash: `o`. */
  readonly alias?: string;
  /** `flag` has no value, `text` one, `list` may be given several times. */
  readonly kind: 'flag' | 'text' | 'list';
  /** One sentence for the help. */
  readonly summary: string;
  /** What the default is, for the help. */
  readonly byDefault?: string;
  /** The words that it takes: in the help, and for shell completion. */
  readonly choices?: readonly string[];
  /** How its values may begin, for shell completion alone. */
  readonly beginnings?: readonly string[];
}

/** `check-interval` -> `AMBASSADOR_CHECK_INTERVAL` */
export function nameVariable(option: string): string {
  return `AMBASSADOR_${option.toUpperCase().replaceAll('-', '_')}`;
}

/** `check-interval` -> `checkInterval` */
export function nameKey(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
