import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { EndpointSelection } from '../src/endpoint-series.ts';
import { describeSnapshot } from '../src/snapshot-metrics.ts';
import { ANNOUNCEMENT, INGRESS, MDNS, PEERS, snapshot } from './fixtures.ts';

const EXAMPLE = new URL('../../../examples/prometheus/', import.meta.url);

/** The names of all series that there can be, each with the labels that it has. */
function listSeries(): ReadonlyMap<string, ReadonlySet<string>> {
  const everything = snapshot({
    announcements: [{ ...ANNOUNCEMENT, traffic: INGRESS }],
    mdns: MDNS,
    peers: PEERS,
    certificates: [{ role: 'proxy', service: 'redis', endsAt: 1 }],
    feed: { readers: 1, accepted: 1, refused: 0, told: 1, doubts: 0 },
  });
  const series = new Map<string, Set<string>>();
  for (const { name, samples } of describeSnapshot(everything, '1', new EndpointSelection())) {
    for (const { labels, suffix = '' } of samples) {
      const known = series.get(name + suffix) ?? new Set(['instance']);
      for (const label of Object.keys(labels)) known.add(label);
      series.set(name + suffix, known);
    }
  }
  return series;
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(new URL('grafana-dashboard.json', EXAMPLE), 'utf8'));
}

function readExpressions(): readonly string[] {
  const dashboard = readDashboard();
  const rules = readFileSync(new URL('alerts.yml', EXAMPLE), 'utf8');
  return [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.map(({ query }) => JSON.stringify(query)),
    ...[...rules.matchAll(/expr: (?:>-\n)?((?:.|\n)*?)\n {8}for:/g)].map(([, expression = '']) => expression),
  ];
}

test('the dashboard and the alert rules ask for series that there are, by labels that they have', () => {
  const series = listSeries();
  const expressions = readExpressions();
  expect(expressions.length).toBeGreaterThan(30);
  for (const expression of expressions) {
    const names = [...expression.matchAll(/\bambassador_\w+/g)].map(([name]) => name);
    for (const name of names) expect([...series.keys()], expression).toContain(name);
    for (const [, name = '', selector = ''] of expression.matchAll(/\b(ambassador_\w+)\{([^}]*)\}/g)) {
      for (const [, label = ''] of selector.matchAll(/(\w+)=/g))
        expect([...(series.get(name) ?? [])], expression).toContain(label);
    }
    for (const [, labels = ''] of expression.matchAll(/\bby \(([^)]*)\)/g)) {
      for (const label of labels.split(', ')) {
        for (const name of names) expect([...(series.get(name) ?? [])], expression).toContain(label);
      }
    }
  }
});

test('the dashboard has what Grafana needs of it: a place for each panel, none on another, each with its source', () => {
  const { panels, ...rest } = JSON.parse(readFileSync(new URL('grafana-dashboard.json', EXAMPLE), 'utf8'));
  expect(rest).toMatchObject({ title: expect.any(String), uid: expect.any(String), schemaVersion: expect.any(Number) });
  const taken = new Set<string>();
  const ids = new Set<number>();
  for (const { id, gridPos, datasource, type } of panels) {
    expect(['timeseries', 'stat']).toContain(type);
    expect(datasource.type).toBe('prometheus');
    expect(datasource.uid).toMatch(/^\$\{datasource\}$/);
    ids.add(id);
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x}/${y}`)).toBe(false);
        taken.add(`${x}/${y}`);
      }
    }
  }
  expect(ids.size).toBe(panels.length);
});

test("the dashboard is one by Grafana's own types", async () => {
  const { panels, templating, ...rest } = readDashboard();
  await expect(checkTypes(rest, templating.list, panels)).resolves.toBe('');
  await expect(checkTypes(rest, templating.list, [{ ...panels[0], fieldConfig: { defaults: {} } }])).resolves.toContain(
    "'overrides'",
  );
});

/** Answers with what the compiler says. */
async function checkTypes(dashboard: object, variables: object, panels: readonly object[]): Promise<string> {
  const require = createRequire(import.meta.url);
  const types = join(dirname(require.resolve('@grafana/schema/package.json')), 'dist/types/index.d.ts');
  const folder = mkdtempSync(join(tmpdir(), 'ambassador-dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'dashboard.ts');
  // As literals: what is imported from JSON would be any string where one of a few is asked for.
  writeFileSync(
    file,
    `import type { Dashboard, Panel, VariableModel } from ${JSON.stringify(types)};
export const dashboard: Dashboard = ${JSON.stringify(dashboard)};
export const variables: VariableModel[] = ${JSON.stringify(variables)};
export const panels: Panel[] = ${JSON.stringify(panels)};
`,
  );
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    '--skipLibCheck',
    '--types',
    '',
  ];
  const run = promisify(execFile)(process.execPath, [compiler, ...options, file]);
  return run.then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout,
  );
}
