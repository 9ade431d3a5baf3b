import type { Line, Style } from '../../../output/printer.ts';
import { formatTable } from '../../../output/table.ts';
import type { Finding, FindingStatus } from './finding.ts';

type Row = readonly [status: FindingStatus | '', check: string, text: string];

/** One row for a finding, and below it what was seen and what to do. */
export function formatFindings(findings: readonly Finding[], style: Style): readonly Line[] {
  const rows = findings.flatMap(({ check, status, message, remedy, evidence = [] }): readonly Row[] => {
    const below = [evidence.length === 0 ? '' : `   ${evidence.join('; ')}`, remedy === '' ? '' : `-> ${remedy}`];
    return [[status, check, message], ...below.filter(Boolean).map((text): Row => ['', '', text])];
  });
  const paint = { ok: style.green, warning: style.yellow, problem: style.red };
  // Painted last: the columns are measured without colours.
  return formatTable(rows).map((line, index) => {
    const status = rows[index]?.[0] ?? '';
    return status === '' ? [line] : [paint[status](status), line.slice(status.length)];
  });
}
