import { appendFileSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describeFileFault, errorCode } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_REFUSED } from '../../exit/exit-codes.ts';
import { explainForbidden, isForbidden } from '../../process/forbidden-path.ts';

/** By this a line is known as ours. */
const MARK = '# ambassador completion --install';
/** Bytes stay what they are, whatever they are. */
const ENCODING = 'latin1';

/** The line by which a shell reads this file, where it is there. */
export function writeStartLine(file: string): string {
  const path = `'${file.replaceAll("'", "'\\''")}'`;
  return `[ ! -r ${path} ] || . ${path} ${MARK}`;
}

/** False where it stands there already. The file is written where it is: it may be a link. Throws a CliError where that is not allowed. */
export function addStartLine(startFile: string, line: string): boolean {
  return explain(startFile, () => {
    const before = read(startFile);
    if (before.split('\n').includes(Buffer.from(line).toString(ENCODING))) return false;
    appendFileSync(startFile, `${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`);
    return true;
  });
}

/** False where there is none. Everything else stays as it is; a file that held nothing else goes. */
export function removeStartLine(startFile: string): boolean {
  return explain(startFile, () => {
    const before = read(startFile);
    const lines = before.split('\n');
    const others = lines.filter((line) => !line.endsWith(MARK));
    if (others.length === lines.length) return false;
    const rest = others.join('\n');
    if (rest === '' && lstatSync(startFile).isFile()) rmSync(startFile);
    else writeFileSync(startFile, rest, ENCODING);
    return true;
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, ENCODING);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function explain<Value>(path: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    const code = errorCode(error);
    const reason = isForbidden(code)
      ? explainForbidden(path, code, 'user')
      : `${path} can't be changed: ${describeFileFault(code)}`;
    throw new CliError(EXIT_REFUSED, reason, { cause: error });
  }
}
