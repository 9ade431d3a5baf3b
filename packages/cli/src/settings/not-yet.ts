/**
 * What the contract names and this version does not have. It is recognised and refused, never ignored: who asks for
 * security must not believe that he has it. One sentence each; take the line out when the work lands.
 */
export const COMMANDS_NOT_YET: ReadonlyMap<string, string> = new Map();

export const OPTIONS_NOT_YET: ReadonlyMap<string, string> = new Map();

/** Values of options that exist: the text begins with the key. */
export const VALUES_NOT_YET: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'engine',
    new Map([['nftables', 'this version has no data plane in the kernel yet; write node or haproxy, or leave it out']]),
  ],
]);
