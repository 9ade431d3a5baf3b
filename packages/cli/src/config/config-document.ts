import { errorMessage, NO_END, NOT_REGULAR } from '@mdns-ambassador/relay';
import { isMap, isNode, LineCounter, type Node, type ParsedNode, parseDocument, type YAMLParseError } from 'yaml';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG } from '../exit/exit-codes.ts';

/** As for lists of endpoints. */
export const MAX_FILE_BYTES: number = 1024 * 1024;
const READ_FAULTS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['EISDIR', 'is a directory'],
  [NOT_REGULAR, 'is a pipe, a socket or a device'],
  [NO_END, 'has not come to its end within 5 s'],
]);
/** What stands where bytes were no UTF-8. */
const UNDECODED = '\uFFFD';

type KeyPath = readonly PropertyKey[];

/** The text of a configuration file, YAML or JSON, that knows on which line everything stands. */
export interface ConfigDocument {
  /** As it was named; relative paths in it start in its folder. */
  readonly file: string;
  readonly value: unknown;
  /** `ambassador.yaml:12`, the line of the value at this path, or of the nearest one above it. */
  locate(path: KeyPath): string;
  /** The line of a key in the map at this path. */
  locateKey(path: KeyPath, key: string): string;
}

/** Why a file that somebody named can't be read, by the code of `readInputFile`'s error. */
export function describeReadFault(code: string): string {
  return READ_FAULTS.get(code) ?? 'is not readable';
}

/** Throws a {@link CliError} with the line when the text is no YAML. */
export function parseConfigDocument(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  const undecoded = text.indexOf(UNDECODED);
  if (undecoded >= 0)
    throw new CliError(EXIT_CONFIG, `${at(undecoded)}: a letter there is no UTF-8; save the file as UTF-8`);
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new CliError(EXIT_CONFIG, `${at(problem.pos[0])}: ${explainProblem(problem)}; correct the YAML there`);

  function find(path: KeyPath): Node | null {
    const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    return isNode(node) ? node : null;
  }
  function locate(path: KeyPath): string {
    for (let length = path.length; length >= 0; length--) {
      const range = find(path.slice(0, length))?.range;
      if (range !== undefined && range !== null) return at(range[0]);
    }
    return `${file}:1`;
  }
  return {
    file,
    value: readValue(document, at),
    locate,
    locateKey(path, key) {
      const map = find(path);
      if (!isMap<ParsedNode>(map)) return locate(path);
      const pair = map.items.find((item) => String(item.key) === key);
      return pair?.key.range == null ? locate(path) : at(pair.key.range[0]);
    },
  };
}

/** The parser's words, but where they are about YAML's grammar and what is wrong is a colon. */
function explainProblem({ code, message }: YAMLParseError): string {
  if (code === 'MULTILINE_IMPLICIT_KEY' || message.startsWith('Implicit map keys')) {
    return 'a ":" is missing, or the space after it, as in "service: redis"';
  }
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return 'a second ": " is in one line; put a value that contains it in quotes';
  return message;
}

function readValue(document: ReturnType<typeof parseDocument>, at: (offset: number) => string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const reason = errorMessage(error);
    throw new CliError(EXIT_CONFIG, `${at(0)}: ${reason}; write the values without aliases`, { cause: error });
  }
}
