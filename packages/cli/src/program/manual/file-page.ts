import {
  bold,
  escapeRoff,
  italic,
  type ManualEntry,
  refer,
  writeEntries,
  writeHead,
  writeSection,
  writeText,
  writeVerbatim,
} from './roff.ts';
import { describeSeeAlso, describeValue } from './shared-sections.ts';

/** What is read of the JSON Schema of the file. */
interface DescribedKey {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly DescribedKey[];
  readonly properties?: Readonly<Record<string, DescribedKey>>;
  readonly items?: DescribedKey;
}

/** Valid for the schema, which a test holds. */
export const FILE_EXAMPLE = `announce:
  - { service: redis, port: 12345, check: redis }
proxy:
  - service: postgres
    listen: 127.0.0.1:5432
    balance: least-connections
admin: 127.0.0.1:9901`;

const SECTIONS = ['announce', 'proxy', 'agent', 'dns', 'mesh'];

/** `ambassador.yaml(5)`, from the JSON Schema of the file. */
export function writeFilePage(schema: object, version: string): string {
  const { properties: keys = {} }: DescribedKey = schema;
  const lines = [
    ...writeHead({ name: 'ambassador.yaml', section: 5, version, summary: 'what ambassador up announces and proxies' }),
    ...writeSection(
      'SYNOPSIS',
      ['./ambassador.yaml', '~/.config/ambassador/ambassador.yaml', '/etc/ambassador/ambassador.yaml'].flatMap(
        (path, index) => [...(index === 0 ? [] : ['.br']), italic(path)],
      ),
    ),
    ...writeSection('DESCRIPTION', [
      ...writeText(
        'YAML, or JSON. It is named with --config FILE; else the first of the files above that there is counts.',
      ),
      `${refer('ambassador-up', 1)} follows its changes, and ${bold('ambassador up --dry-run')} says what would be done.`,
      ...writeText(
        'A key that is not known is an error. The keys are the options of the commands in another spelling: --check-interval is checkInterval. Options and the environment win over the file.',
      ),
    ]),
    ...writeSection('KEYS FOR THE WHOLE PROCESS', writeKeys(leaveOut(keys, SECTIONS))),
    ...SECTIONS.flatMap((name) => writeSectionOf(name, keys[name])),
    ...writeSection('KEYS OF CREDENTIALS', [
      ...writeText('Passwords and tokens stand in files of their own, never here.'),
      ...writeKeys(keys.proxy?.items?.properties?.credentials?.properties ?? {}),
    ]),
    ...writeSection('EXAMPLE', writeVerbatim(FILE_EXAMPLE.split('\n'))),
    ...describeSeeAlso([refer('ambassador', 1), refer('ambassador-up', 1), refer('ambassador-service', 1)]),
  ];
  return `${lines.join('\n')}\n`;
}

function writeSectionOf(name: string, section: DescribedKey | undefined): readonly string[] {
  const entry = section?.items ?? section;
  return writeSection(`KEYS OF ${escapeRoff(name.toUpperCase())}`, [
    ...writeText(
      `${section?.description ?? ''}.${section?.items === undefined ? '' : '\nA list; each entry has these keys.'}`,
    ),
    ...writeKeys(entry?.properties ?? {}),
  ]);
}

function writeKeys(keys: Readonly<Record<string, DescribedKey>>): readonly string[] {
  return writeEntries(
    Object.entries(keys).map(
      ([name, key]): ManualEntry => ({
        term: `${bold(name)}: ${italic(nameKind(key))}`,
        text: describeValue(key.description ?? '', key.enum, undefined),
      }),
    ),
  );
}

function nameKind({ type, anyOf, enum: choices }: DescribedKey): string {
  if (choices !== undefined) return 'WORD';
  if (anyOf?.some((each) => each.type === 'object') === true) return 'KEY: VALUE';
  if (anyOf?.some((each) => each.type === 'array') === true) return 'TEXT or [TEXT, ...]';
  if (type === 'boolean') return 'true or false';
  if (type === 'object') return '{ KEY: VALUE }';
  if (type === 'array') return '[TEXT, ...]';
  return 'TEXT';
}

function leaveOut(
  keys: Readonly<Record<string, DescribedKey>>,
  names: readonly string[],
): Readonly<Record<string, DescribedKey>> {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => !names.includes(name)));
}
