import type { Finding, FindingStatus } from '../doctor/diagnose.ts';
import type { Style } from './printer.ts';
import { formatTable } from './table.ts';

/** One row for a finding, and one below it for what to do. */
export function formatFindings(findings: readonly Finding[], style: Style): readonly string[] {
  const rows = findings.flatMap(({ check, status, message, remedy }) => [
    [status, check, message],
    ...(remedy === '' ? [] : [['', '', `-> ${remedy}`]]),
  ]);
  const paint: Readonly<Record<FindingStatus, (text: string) => string>> = {
    ok: style.green,
    warning: style.yellow,
    problem: style.red,
  };
  // Painted last: the columns are measured without colours.
  return formatTable(rows).map((line) =>
    line.replace(/^(ok|warning|problem)\b/, (status) => paint[status as FindingStatus](status)),
  );
}
