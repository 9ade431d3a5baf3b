/**
 * node write-papers.mjs KEYFILE ROLE SERVICE PATH: writes what a member shows to PATH.cert and PATH.key, what it shows as a machine to PATH.machine.cert,
 * and whom it accepts to PATH.ca.
 */
import { writeFileSync } from 'node:fs';
import { showPapers } from './mesh-papers.mjs';

const [keyFile, role, service, path] = process.argv.slice(2);
const { tls } = await showPapers(keyFile, role, service);
writeFileSync(`${path}.cert`, tls.cert);
writeFileSync(`${path}.key`, tls.key, { mode: 0o600 });
writeFileSync(`${path}.ca`, tls.ca.join('\n'));
const machine = await showPapers(keyFile, role, service, 0, 'machine');
writeFileSync(`${path}.machine.cert`, machine.tls.cert);
