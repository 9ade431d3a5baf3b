import type { SkippedInterface, SystemNetwork } from '@mdns-ambassador/mdns';
import { countThings, joinWords } from '../../../output/phrases.ts';
import type { Line, Style } from '../../../output/printer.ts';
import { formatTable } from '../../../output/table.ts';

export type StepName = 'announce' | 'browse' | 'proxy' | 'half-close' | 'reset' | 'sleep' | 'drain' | 'goodbye';

/** What became of one step. `skipped`: one before it failed, on which it builds. */
export interface StepResult {
  readonly step: StepName;
  readonly status: 'ok' | 'failed' | 'skipped';
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** Why it failed: a code, or a few words of ours. Empty otherwise. */
  readonly reason: string;
}

/** What may be shown to everybody: no name, no address, nothing that tells one machine from another of its make. */
export interface SelfTestReport {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  /** Of the operating system, its numbers alone. */
  readonly release: string;
  readonly arch: string;
  readonly on: 'loopback' | 'lan';
  /** Interfaces by what they are: `LAN (IPv4, IPv6)`, `VPN or tunnel`. */
  readonly interfaces: readonly { readonly kind: string; readonly count: number }[];
  readonly steps: readonly StepResult[];
}

/** The kinds of this machine's interfaces, those that are left out by the reason. */
export function countInterfaces(
  used: ReturnType<SystemNetwork['interfaces']>,
  skipped: readonly SkippedInterface[],
): SelfTestReport['interfaces'] {
  const kinds = [
    ...used.map(({ loopback, addresses }) => {
      const families = (['IPv4', 'IPv6'] as const).filter((wanted) =>
        addresses.some(({ family }) => family === wanted),
      );
      return `${loopback ? 'loopback' : 'LAN'} (${families.join(', ')})`;
    }),
    ...skipped.map(({ reason }) => reason),
  ];
  return [...new Set(kinds)].map((kind) => ({ kind, count: kinds.filter((one) => one === kind).length }));
}

/** `6.1.0-13-amd64` is 6.1.0; what builders write behind it may be a name. */
export function cutRelease(release: string): string {
  return /^\d+(?:\.\d+)*/.exec(release)?.[0] ?? 'unknown';
}

/** To be pasted into an issue. */
export function formatReport(report: SelfTestReport, style: Style): readonly Line[] {
  const { version, node, platform, release, arch, on, interfaces, steps } = report;
  const passed = steps.filter(({ status }) => status === 'ok').length;
  const rows = steps.map(({ step, status, tookMs, reason }) => [
    status,
    step,
    status === 'skipped' ? '' : `${(tookMs / 1_000).toFixed(1)} s`,
    reason,
  ]);
  const paint = { ok: style.green, failed: style.red, skipped: style.yellow };
  const table = formatTable(rows).map((line, index): Line => {
    const status = steps[index]?.status ?? 'ok';
    return [paint[status](status), line.slice(status.length)];
  });
  const named = joinWords(interfaces.map(({ kind, count }) => `${count} ${kind}`));
  return [
    [`ambassador ${version} self-test on ${on === 'lan' ? 'a LAN interface' : 'loopback'}`],
    [`${platform} ${release} ${arch}, Node ${node}`],
    [`interfaces: ${named === '' ? 'none' : named}`],
    ...table,
    [passed === steps.length ? `all ${countThings(passed, 'step')} passed` : `${passed} of ${steps.length} passed`],
  ];
}
