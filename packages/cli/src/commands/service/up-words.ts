import type { Duty } from './duty.ts';
import type { Site } from './site.ts';

/** The words that run `ambassador up`. `key`: where the mesh key is to the service; undefined where it is told elsewhere. */
export function listWords(
  { node, program }: Site,
  { config, isOpen }: Duty,
  key: string | undefined,
): readonly string[] {
  return [
    node,
    program,
    'up',
    '--config',
    config,
    ...(isOpen ? ['--open'] : key === undefined ? [] : ['--mesh-key-file', key]),
  ];
}
