import { AmbassadorError, type Cidr, parseCidr } from '@mdns-ambassador/ambassador';
import { InvalidValue } from '../exit/cli-error.ts';
import type { Settings } from '../settings/settings.ts';

/** `--allow-cidr` */
export function readAllowedCidrs(settings: Settings): readonly Cidr[] {
  return readCidrs(settings, 'allow-cidr');
}

/** Each of the option's values, which are prefixes. */
export function readCidrs(settings: Settings, option: string): readonly Cidr[] {
  return settings.readEach(option, (text) => {
    try {
      return parseCidr(text);
    } catch (error) {
      throw error instanceof AmbassadorError ? new InvalidValue(error.message) : error;
    }
  });
}
