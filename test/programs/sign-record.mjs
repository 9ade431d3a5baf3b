/** node sign-record.mjs KEYFILE AGE_MS INSTANCE HOST PORT: prints the TXT keys, as JSON, that a member would have signed so long ago. */
import { listTxtKeys, readKeyFile, signTxtEntries } from '../../packages/mesh/dist/index.js';

const [keyFile, ageMs, instance, host, port] = process.argv.slice(2);
const keys = listTxtKeys(readKeyFile(keyFile, process.platform), 'thing');
const announced = { service: 'thing', instance, host, port: Number(port), draining: false };
console.log(JSON.stringify(Object.fromEntries(signTxtEntries(keys, announced, Date.now() - Number(ageMs)))));
