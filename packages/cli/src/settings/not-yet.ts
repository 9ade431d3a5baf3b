/**
 * What the contract names and this version does not have. It is recognised and refused, never ignored: who asks for
 * security must not believe that he has it. One sentence each; take the line out when the work lands.
 */
const NO_CREDENTIALS = 'this version carries no credentials yet; leave it out and let the application log in itself';

export const COMMANDS_NOT_YET: ReadonlyMap<string, string> = new Map();

export const OPTIONS_NOT_YET: ReadonlyMap<string, string> = new Map([['credentials', NO_CREDENTIALS]]);

/** Values of options that exist: the text begins with the key. */
export const VALUES_NOT_YET: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'engine',
    new Map([['nftables', 'this version has no data plane in the kernel yet; write node or haproxy, or leave it out']]),
  ],
]);

/** Sections and keys of the configuration file. */
export const KEYS_NOT_YET: ReadonlyMap<string, string> = new Map([['credentials', NO_CREDENTIALS]]);
