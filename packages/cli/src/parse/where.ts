import { InvalidValue } from '../exit/cli-error.ts';

/** One `--where`: the instance's TXT has this key (ASCII case ignored, RFC 6763 6.4) with exactly this value. */
export interface TxtFilter {
  readonly key: string;
  readonly value: string;
}

/** `env=staging` */
export function parseWhere(text: string): TxtFilter {
  const match = /^([\x20-\x3c\x3e-\x7e]+)=(.*)$/s.exec(text);
  if (match === null) throw new InvalidValue(`"${text}" is no filter; write KEY=VALUE, such as env=staging`);
  return { key: match[1] ?? '', value: match[2] ?? '' };
}
