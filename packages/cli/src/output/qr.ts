import { encode } from 'uqr';
import type { Printer } from './printer.ts';

/** Light modules on each side (ISO/IEC 18004 9.1). */
const QUIET_ZONE = 4;
/** Of two modules, one above the other, both light, the lower dark, the upper dark, both dark: paper is what a block covers. */
const LIGHT_BLOCKS = ['█', '▀', '▄', ' '] as const;
/** The same where the block is the ink. */
const DARK_BLOCKS = [' ', '▄', '▀', '█'] as const;

/**
 * Prints `text` (a URL, or a line for `mesh join`) as a QR code, dark on light whatever colours the terminal has. Prints nothing, and returns
 * false, where that is no terminal, or one that is too small to show it whole. Who asked for `--json` has no use for it.
 */
export function printQr(printer: Printer, text: string): boolean {
  if (!printer.isTerminal) return false;
  const { data, size } = encode(text, { ecc: 'L', boostEcc: true, border: QUIET_ZONE });
  const { columns, rows } = printer.size;
  if (size > columns || Math.ceil(size / 2) >= rows) return false;
  for (const line of drawHalfBlocks(data, printer.hasColours ? DARK_BLOCKS : LIGHT_BLOCKS)) {
    printer.line(printer.style.inkOnPaper(line));
  }
  return true;
}

/** Two rows of modules a line; `true` is dark. What would stand below the last row is light. */
function drawHalfBlocks(
  modules: readonly (readonly boolean[])[],
  blocks: readonly [string, string, string, string],
): readonly string[] {
  return Array.from({ length: Math.ceil(modules.length / 2) }, (_, line) => {
    const [upper = [], lower = []] = [modules[2 * line], modules[2 * line + 1]];
    return upper.map((isDark, column) => blocks[isDark ? (lower[column] ? 3 : 2) : lower[column] ? 1 : 0]).join('');
  });
}
