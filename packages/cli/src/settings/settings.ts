import { CliError, InvalidValue } from '../exit/cli-error.ts';

/** A value as somebody wrote it, and where. */
export interface Given {
  readonly text: string;
  /** `--balance`, `AMBASSADOR_BALANCE`, `ambassador.yaml:7: balance`. */
  readonly origin: string;
  /** What the process ends with when the value is wrong. */
  readonly exitCode: number;
}

/** One place where options are written. */
export interface Layer {
  /** Every value of the option in order; empty when it is not set here. */
  find(option: string): readonly Given[];
}

/** What a flag may be set to. */
const YES: readonly string[] = ['true', '1', 'yes', 'on'];
const NO: readonly string[] = ['false', '0', 'no', 'off', ''];

/** An option, and the flag that says there is none of it. Of the two, the first layer that sets either decides. */
const DENIALS: ReadonlyMap<string, string> = new Map([['mesh-key-file', 'open']]);

/** The options of one command. The first layer that sets an option wins it wholly. */
export class Settings {
  readonly #layers: readonly Layer[];
  readonly #shared: readonly Layer[];
  readonly #usual: Layer | undefined;

  /** `usual`: what holds where an option is set nowhere. */
  constructor(layers: readonly Layer[], shared: readonly Layer[] = [], usual?: Layer) {
    this.#layers = layers;
    this.#shared = shared;
    this.#usual = usual;
  }

  /** These settings with one more place to look, after all others but those that services share. */
  withFallback(layer: Layer): Settings {
    return new Settings([...this.#layers, layer], this.#shared, this.#usual);
  }

  /** These settings with a place that is looked into last, whatever fallback is added: what one service says of itself wins. */
  withShared(layer: Layer): Settings {
    return new Settings(this.#layers, [...this.#shared, layer], this.#usual);
  }

  /** Every value of the option, in order. Throws a CliError where one place sets an option and denies it. */
  find(option: string): readonly Given[] {
    const denial = DENIALS.get(option);
    for (const layer of this.#places()) {
      const values = layer.find(option);
      const denied = denial === undefined ? undefined : layer.find(denial).at(-1);
      if (denied !== undefined && readGiven(denied, parseFlag)) {
        const [value] = values;
        if (value === undefined) return [];
        throw new CliError(
          denied.exitCode,
          `${denied.origin} and ${value.origin} contradict each other; leave one out`,
        );
      }
      if (values.length > 0) return values;
    }
    return [];
  }

  /** What a flag such as `--open` keeps from being used; undefined without one, and where there is nothing to be used. */
  findDenied(option: string): Given | undefined {
    if (this.find(option).length > 0) return undefined;
    return this.#places().flatMap((layer) => layer.find(option))[0];
  }

  #places(): readonly Layer[] {
    return [...this.#layers, ...this.#shared, ...(this.#usual === undefined ? [] : [this.#usual])];
  }

  /** The option's last value, parsed; undefined when it is not set. */
  read<Value>(option: string, parse: (text: string) => Value): Value | undefined {
    const given = this.find(option).at(-1);
    return given === undefined ? undefined : readGiven(given, parse);
  }

  /** Each of the option's values, parsed. */
  readEach<Value>(option: string, parse: (text: string) => Value): readonly Value[] {
    return this.find(option).map((given) => readGiven(given, parse));
  }

  /** All of the option's values, parsed together. */
  readTogether<Value>(option: string, parse: (texts: readonly string[]) => Value): Value {
    const values = this.find(option);
    const texts = values.map((given) => given.text);
    const [first] = values;
    return first === undefined ? parse(texts) : readGiven(first, () => parse(texts));
  }

  isSet(option: string): boolean {
    return this.read(option, parseFlag) ?? false;
  }
}

/** Parses one value; what is wrong with it is said together with where it stands. */
export function readGiven<Value>(given: Given, parse: (text: string) => Value): Value {
  try {
    return parse(given.text);
  } catch (error) {
    if (error instanceof InvalidValue) throw new CliError(given.exitCode, `${given.origin}: ${error.message}`);
    throw error;
  }
}

function parseFlag(text: string): boolean {
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw new InvalidValue(`"${text}" is neither true nor false; write one of them`);
}
