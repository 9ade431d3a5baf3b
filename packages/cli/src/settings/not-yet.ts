/**
 * What the contract names and this version does not have. It is recognised and refused, never ignored: who asks for
 * security must not believe that he has it. One sentence each; take the line out when the work lands.
 */
const NO_MESH = 'this version has no mesh security yet; leave it out to run in open mode';

export const COMMANDS_NOT_YET: ReadonlyMap<string, string> = new Map([
  ['mesh', 'this version has no mesh security yet; announce and proxy run in open mode'],
  ['agent', 'this version has no agent for containers yet; run ambassador on the host network'],
]);

export const OPTIONS_NOT_YET: ReadonlyMap<string, string> = new Map([
  ['mesh-key-file', NO_MESH],
  ['docker', 'this version does not announce containers by label yet; name the services to announce'],
]);

/** Values of options that exist: the text begins with the key. */
export const VALUES_NOT_YET: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['from', new Map([['agent:', 'this version has no agent yet; write mdns or static:HOST:PORT']])],
  [
    'engine',
    new Map([['nftables', 'this version has no data plane in the kernel yet; write node or haproxy, or leave it out']]),
  ],
]);

/** Sections and keys of the configuration file. */
export const KEYS_NOT_YET: ReadonlyMap<string, string> = new Map([['mesh', NO_MESH]]);
