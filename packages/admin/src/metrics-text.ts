import type { Labels, MetricFamily } from './metric-family.ts';

export type MetricsFormat = 'prometheus' | 'openmetrics';

/** Prometheus, "Exposition formats". */
const CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};
const TOTAL = '_total';

/** What an Accept header asks for: OpenMetrics where that is named in a version that is spoken here. */
export function chooseFormat(accept: string | undefined): MetricsFormat {
  const wanted = (accept ?? '').toLowerCase().split(',');
  const isWanted = wanted.some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const version = parameters.find((parameter) => parameter.startsWith('version='))?.slice('version='.length);
    const isRefused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    return type === 'application/openmetrics-text' && !isRefused && [undefined, '1.0.0', '0.0.1'].includes(version);
  });
  return isWanted ? 'openmetrics' : 'prometheus';
}

export function formatMetrics(
  families: readonly MetricFamily[],
  format: MetricsFormat,
): { readonly contentType: string; readonly text: string } {
  const lines = families.flatMap((family) => formatFamily(family, format));
  if (format === 'openmetrics') lines.push('# EOF');
  return { contentType: CONTENT_TYPES[format], text: `${lines.join('\n')}\n` };
}

function formatFamily({ name, help, type, samples }: MetricFamily, format: MetricsFormat): readonly string[] {
  // OpenMetrics names a counter without what its samples end in.
  const family = format === 'openmetrics' && type === 'counter' ? name.slice(0, -TOTAL.length) : name;
  return [
    `# HELP ${family} ${escapeHelp(help, format)}`,
    `# TYPE ${family} ${type}`,
    ...samples.map(
      ({ labels, value, suffix = '' }) => `${name}${suffix}${formatLabels(labels, format)} ${formatNumber(value)}`,
    ),
  ];
}

function formatLabels(labels: Labels, format: MetricsFormat): string {
  const texts = Object.entries(labels).map(
    ([name, value]) => `${name}="${escapeLabel(name === 'le' ? formatBound(value, format) : value)}"`,
  );
  return texts.length === 0 ? '' : `{${texts.join(',')}}`;
}

/** OpenMetrics 1.0, "Considerations: Canonical Numbers". */
function formatBound(bound: string, format: MetricsFormat): string {
  return format === 'openmetrics' && /^\d+$/.test(bound) ? `${bound}.0` : bound;
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(text: string, format: MetricsFormat): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
