import type { Surroundings } from '../../process/surroundings.ts';
import type { Invocation } from '../command.ts';
import { startEarly } from './early-start.ts';
import { readRunRequest } from './request.ts';

/** `ambassador run` */
export async function runWithServices(invocation: Invocation): Promise<number> {
  const request = await readRunRequest(invocation);
  // Standard output is the command's.
  const surroundings: Surroundings = { ...invocation.surroundings, stdout: invocation.surroundings.stderr };
  const early = await startEarly(request, surroundings);
  try {
    const { carryServices } = await import('./carry.ts');
    return await carryServices(request, surroundings, early);
  } catch (error) {
    await early?.command.end();
    throw error;
  }
}
