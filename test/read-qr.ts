import decodeQR from 'qr/decode.js';

/** Pixels of a module, each way. */
const SCALE = 4;
/** Black ink, white paper: whatever colours the terminal has. */
const INK_ON_PAPER = '\u001b[38;5;16;48;5;231m';
/** Which halves of a character are covered. */
const COVERED: Readonly<Record<string, readonly [upper: boolean, lower: boolean]>> = {
  ' ': [false, false],
  '▀': [true, false],
  '▄': [false, true],
  '█': [true, true],
};

/** What a camera reads on a terminal that shows this, with a QR code in half blocks in its midst. Throws where there is none. */
export function readQr(shown: string): string {
  const hasColours = shown.includes(INK_ON_PAPER);
  const rows = shown.split(/\r?\n/).flatMap((line) => {
    if (hasColours && !line.startsWith(INK_ON_PAPER)) return [];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours
    const cells = [...line.replace(/\u001b\[[\d;]*m/g, '')];
    if (cells.length < 21 || cells.some((cell) => COVERED[cell] === undefined)) return [];
    return [0, 1].map((half) => cells.map((cell) => (COVERED[cell]?.[half] === true) === hasColours));
  });
  const [width, height] = [(rows[0]?.length ?? 0) * SCALE, rows.length * SCALE];
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isDark = rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] === true;
      if (isDark) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return decodeQR({ width, height, data });
}
