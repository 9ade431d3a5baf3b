import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** In a folder that stands for Linux' /sys/class/net: what it says of interface `foo`, texts by their paths. */
export function writeFoo(sysfs: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(sysfs, 'foo', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
