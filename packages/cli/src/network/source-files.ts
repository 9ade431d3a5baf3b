import { AmbassadorError, parseEndpointList, systemFiles } from '@mdns-ambassador/ambassador';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_NO_INPUT } from '../exit/exit-codes.ts';
import type { Origins } from '../requests/source-request.ts';

/** Refuses a `file:` source that is missing or broken now; later it may be either, and keeps what it told. */
export async function checkSourceFiles(origins: readonly Origins[]): Promise<void> {
  const paths = origins.flatMap(({ from }) => from.flatMap((spec) => (spec.kind === 'file' ? [spec.path] : [])));
  for (const path of new Set(paths)) await checkSourceFile(path);
}

async function checkSourceFile(path: string): Promise<void> {
  try {
    parseEndpointList(await systemFiles.read(path), path);
  } catch (error) {
    if (!(error instanceof AmbassadorError)) throw error;
    throw new CliError(error.code === 'UNREADABLE_FILE' ? EXIT_NO_INPUT : EXIT_CONFIG, error.message, { cause: error });
  }
}
