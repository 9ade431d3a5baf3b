// How the sources are laid out, as figures: `npm run structure`, or `node test/structure.mjs DIRECTORY` for another checkout.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const LARGEST_CLASSES = 15;
const SHORT_FILE_LINES = 40;
/** Never shipped. */
const TESTKIT = 'testkit';

const root = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..');
const files = readdirSync(join(root, 'packages'))
  .sort()
  .flatMap((name) => listSources(name));
const shipped = files.filter(({ inPackage }) => inPackage !== TESTKIT);
const cli = shipped.filter(({ inPackage }) => inPackage === 'cli');
const folderArrows = countArrows(cli, (path) => folderOfCli(path));
const doubles = listDoubles();

print('files', shipped.length);
print('lines', sum(shipped));
print(
  'code',
  sum(shipped, (line) => line.trim() !== '' && !/^\s*(\/\/|\/?\*)/.test(line)),
);
print(
  `files of ${SHORT_FILE_LINES} lines or fewer`,
  shipped.filter(({ lines }) => lines.length <= SHORT_FILE_LINES).length,
);
for (const name of new Set(shipped.map(({ inPackage }) => inPackage))) {
  const own = shipped.filter(({ inPackage }) => inPackage === name);
  print(`  ${name}`, `${own.length} files, ${sum(own)} lines`);
}
print('circles of files', listCircles(countArrows(shipped, (path) => path)));
print('folders of cli/src', new Set(cli.map(({ path }) => folderOfCli(path))).size);
print('  imports between them', `${folderArrows.size} arrows, ${total(folderArrows)} imports`);
print('  both ways', listMutual(folderArrows));
print('  in circles', listCircles(folderArrows));
print('  of a command by another', listBetweenCommands(folderArrows));
print('mutable fields');
for (const { name, path, mutable, length } of listClasses().slice(0, LARGEST_CLASSES)) {
  print(`  ${name}`, `${mutable} of ${length} lines, ${path}`);
}
print(
  'type names declared twice',
  `${doubles.length}, ${doubles.filter(({ packages }) => packages > 1).length} of them in two packages`,
);
print('  they are', doubles.map(({ name, count }) => (count > 2 ? `${name} (${count})` : name)).join(', '));

function print(what, value = '') {
  console.log(`${what.padEnd(32)} ${Array.isArray(value) ? [value.length, ...value].join('; ') : value}`.trimEnd());
}

function listSources(inPackage) {
  const folder = join(root, 'packages', inPackage, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
      return { inPackage, path: relative(root, join(folder, name)), lines };
    });
}

function sum(of, isCounted = () => true) {
  return of.reduce((before, { lines }) => before + lines.filter(isCounted).length, 0);
}

function folderOfCli(path) {
  return relative(join('packages', 'cli', 'src'), dirname(path)) || '.';
}

/** By `from > to`: how many imports lead from one to another, where `nameOf` names what a file belongs to. */
function countArrows(of, nameOf) {
  const arrows = new Map();
  for (const { path, lines } of of) {
    for (const [, to] of lines.join('\n').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const arrow = `${nameOf(path)} > ${nameOf(normalize(join(dirname(path), to)))}`;
      const [from, target] = arrow.split(' > ');
      if (from !== target) arrows.set(arrow, (arrows.get(arrow) ?? 0) + 1);
    }
  }
  return arrows;
}

function total(arrows) {
  return [...arrows.values()].reduce((before, count) => before + count, 0);
}

function listMutual(arrows) {
  return [...arrows.keys()]
    .filter((arrow) => arrow < reverse(arrow) && arrows.has(reverse(arrow)))
    .map((arrow) => arrow.replace(' > ', ' <> '));
}

function reverse(arrow) {
  return arrow.split(' > ').reverse().join(' > ');
}

/** Sets of those that reach each other. */
function listCircles(arrows) {
  const next = new Map();
  for (const arrow of arrows.keys()) {
    const [from, to] = arrow.split(' > ');
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const reached = new Map([...next.keys()].map((from) => [from, reach(from, next)]));
  const circles = [...reached].map(([from, all]) => [...all].filter((to) => reached.get(to)?.has(from)).sort());
  return [...new Set(circles.filter((circle) => circle.length > 1).map((circle) => circle.join(' = ')))];
}

function reach(from, next) {
  const seen = new Set();
  const open = [...(next.get(from) ?? [])];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (!seen.has(one)) open.push(...(next.get(one) ?? []));
    seen.add(one);
  }
  return seen;
}

/** A folder of `commands` is a command's, with the folders in it. */
function listBetweenCommands(arrows) {
  const commandOf = (folder) => /^commands\/([^/]+)/.exec(folder)?.[1];
  return [...arrows.keys()].filter((arrow) => {
    const [from, to] = arrow.split(' > ').map(commandOf);
    return from !== undefined && to !== undefined && from !== to;
  });
}

/** Those with most mutable fields first. The sources are formatted: a member stands at two blanks. */
function listClasses() {
  return shipped
    .flatMap(({ path, lines }) =>
      lines.flatMap((line, start) => {
        const [, name] = /^(?:export )?(?:abstract )?class (\w+)/.exec(line) ?? [];
        if (name === undefined) return [];
        const body = lines.slice(start, lines.indexOf('}', start));
        const mutable = body.filter((member) => /^ {2}(?:static )?#?\w+\??(?:: | = |;)/.test(member)).length;
        return [{ name, path, mutable, length: body.length + 1 }];
      }),
    )
    .sort((a, b) => b.mutable - a.mutable || b.length - a.length);
}

function listDoubles() {
  const declared = new Map();
  for (const { inPackage, path, lines } of shipped) {
    const names = lines.map(
      (line) => /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/.exec(line)?.[1],
    );
    for (const name of new Set(names)) {
      if (name !== undefined) declared.set(name, [...(declared.get(name) ?? []), { inPackage, path }]);
    }
  }
  return [...declared]
    .filter(([, places]) => places.length > 1)
    .map(([name, places]) => ({
      name,
      count: places.length,
      packages: new Set(places.map(({ inPackage }) => inPackage)).size,
    }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
