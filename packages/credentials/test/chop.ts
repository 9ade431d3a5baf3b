import { MemoryLeg } from '../../relay/test/memory-leg.ts';

/** Bytes in chunks of these sizes, over and over. */
export function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Two ends of a connection on which bytes arrive in chunks of these sizes both ways, each in a turn of its own. */
export function createChoppedPair(sizes: readonly number[]): [MemoryLeg, MemoryLeg] {
  const [left, leftInner] = MemoryLeg.pair();
  const [rightInner, right] = MemoryLeg.pair();
  pump(leftInner, rightInner, sizes);
  pump(rightInner, leftInner, sizes);
  return [left, right];
}

function pump(from: MemoryLeg, to: MemoryLeg, sizes: readonly number[]): void {
  from.on('error', () => to.resetAndDestroy());
  const carry = async (): Promise<void> => {
    // Its other direction may go on.
    for await (const bytes of from.iterator({ destroyOnReturn: false })) {
      for (const chunk of cut(Buffer.from(bytes), sizes)) {
        if (to.destroyed) return;
        to.write(chunk);
        await new Promise(setImmediate);
      }
    }
    to.end();
  };
  // A reset ends it, and has been passed on.
  carry().catch(() => undefined);
}
