const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1.2 MB/s` */
export function formatRate(bytesPerSecond: number): string {
  let [value, unit] = [bytesPerSecond, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}/s`;
}

/** `12 connections`, `1 connection` */
export function count(number: number, one: string): string {
  return `${number} ${number === 1 ? one : `${one}s`}`;
}

/** `0.3`, `12` */
export function formatNumber(number: number): string {
  return number > 0 && number < 10 ? number.toFixed(1).replace(/\.0$/, '') : String(Math.round(number));
}

/** `14:03:09`, as the reader's clock has it. */
export function formatTime(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
