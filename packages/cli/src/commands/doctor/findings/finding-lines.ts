import type { Line, Painted, Style } from '../../../output/printer.ts';
import { formatTable } from '../../../output/table.ts';
import type { Finding, FindingStatus } from './finding.ts';

/** One row for a finding, and below it what was seen and what to do. */
export function formatFindings(findings: readonly Finding[], style: Style): readonly Line[] {
  const rows = findings.flatMap(({ check, status, message, remedy, evidence = [] }) => [
    [status, check, message],
    ...(evidence.length === 0 ? [] : [['', '', `   ${evidence.join('; ')}`]]),
    ...(remedy === '' ? [] : [['', '', `-> ${remedy}`]]),
  ]);
  const paint: Readonly<Record<FindingStatus, (text: string) => Painted>> = {
    ok: style.green,
    warning: style.yellow,
    problem: style.red,
  };
  // Painted last: the columns are measured without colours.
  return formatTable(rows).map((line, index) => {
    const status = rows[index]?.[0] ?? '';
    return isStatus(status) ? [paint[status](status), line.slice(status.length)] : [line];
  });
}

function isStatus(word: string): word is FindingStatus {
  return word === 'ok' || word === 'warning' || word === 'problem';
}
