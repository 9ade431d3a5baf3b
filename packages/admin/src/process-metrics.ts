import { collectDefaultMetrics, Registry } from 'prom-client';
import type { MetricFamily, Sample } from './metric-family.ts';

/** Gauges that end in `_total`, which Prometheus keeps for counters. */
const MISNAMED: ReadonlySet<string> = new Set([
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]);
const TYPES = ['counter', 'gauge', 'histogram'] as const;

/** What Node and the operating system say of this process; measured from now on. */
export class ProcessMetrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  async list(): Promise<readonly MetricFamily[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.flatMap(({ name, help, type: typed, values }) => {
      // Typed as a number, which it is not.
      const type = TYPES.find((one) => one === String(typed));
      return type === undefined || MISNAMED.has(name) ? [] : [{ name, help, type, samples: readSamples(name, values) }];
    });
  }
}

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly metricName?: string;
}

function readSamples(family: string, values: readonly Value[]): readonly Sample[] {
  return values.map(({ value, labels, metricName = family }) => ({
    value,
    labels: Object.fromEntries(Object.entries(labels).map(([name, text]) => [name, String(text)])),
    suffix: metricName.slice(family.length),
  }));
}
