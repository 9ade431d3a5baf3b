/** Writes `src/page-script.ts`: what the page runs in a browser, made of `page/`, as one text that the server hashes and sends. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const TARGET = `${FOLDER}src/page-script.ts`;

const bundle = await rolldown({ cwd: FOLDER, input: 'page/main.ts', platform: 'browser', logLevel: 'warn' });
const { output } = await bundle.generate({
  format: 'iife',
  comments: { legal: false, annotation: false, jsdoc: false },
});
await bundle.close();
const [{ code }] = output;
if (/<\/script|<!--/i.test(code)) throw new Error('the script of the page would end before its end');
const text = `/** Made of \`page/\` by \`page.mjs\`. */\nexport const PAGE_SCRIPT: string = ${JSON.stringify(`\n${code}`)};\n`;
// Who imports it need not be built anew.
if (!existsSync(TARGET) || readFileSync(TARGET, 'utf8') !== text) writeFileSync(TARGET, text);
