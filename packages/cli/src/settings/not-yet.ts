/**
 * Values that the contract names and this version does not have, by option: the text begins with the key. They are recognised and
 * refused with a sentence, which goes when the work lands.
 */
export const VALUES_NOT_YET: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'engine',
    new Map([['nftables', 'this version has no data plane in the kernel yet; write node or haproxy, or leave it out']]),
  ],
]);
