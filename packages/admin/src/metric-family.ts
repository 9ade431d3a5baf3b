import type { HistogramView } from '@mdns-ambassador/relay';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Behind the name of its family: `_bucket`. */
  readonly suffix?: string;
}

/** What is told under one name (OpenMetrics 1.0, "MetricFamily"). */
export interface MetricFamily {
  /** A counter's ends in `_total`, what has a unit names it before that. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/** The same number of each of several things. */
export function take<Thing>(
  things: readonly Thing[],
  label: (thing: Thing) => Labels,
  value: (thing: Thing) => number,
): readonly Sample[] {
  return things.map((thing) => ({ labels: label(thing), value: value(thing) }));
}

/** A histogram of each of several things, with the bound of each bucket and without one for the last. */
export function takeHistograms<Thing>(
  things: readonly Thing[],
  label: (thing: Thing) => Labels,
  view: (thing: Thing) => HistogramView,
): readonly Sample[] {
  return things.flatMap((thing) => {
    const labels = label(thing);
    const { bounds, counts, sum } = view(thing);
    return [
      ...counts.map((value, index) => ({
        suffix: '_bucket',
        labels: { le: String(bounds[index] ?? '+Inf'), ...labels },
        value,
      })),
      { suffix: '_sum', labels, value: sum },
      { suffix: '_count', labels, value: counts.at(-1) ?? 0 },
    ];
  });
}
