import { createJsonSchema } from '../../config/json-schema.ts';
import { COMMAND_LIST } from '../command-list.ts';
import { writeCommandPage } from './command-page.ts';
import { writeFilePage } from './file-page.ts';
import { writeProgramPage } from './program-page.ts';

/** The manual, made from the definitions of the commands and of the file: the name of each page's file, and its text. */
export async function writePages(version: string): Promise<ReadonlyMap<string, string>> {
  const commands = await Promise.all(
    COMMAND_LIST.map(async ({ name, summary, load }) => {
      const page = writeCommandPage(await load(), summary, version);
      return [`ambassador-${name}.1`, page] as const;
    }),
  );
  return new Map([
    ['ambassador.1', writeProgramPage(COMMAND_LIST, version)],
    ...commands,
    ['ambassador.yaml.5', writeFilePage(createJsonSchema(), version)],
  ]);
}
