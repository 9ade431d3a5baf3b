import { arch, release } from 'node:os';
import { readSystemInterfaces, systemNetwork } from '@mdns-ambassador/mdns';
import type { Surroundings } from '../../../process/surroundings.ts';
import { findLoopbackInterface } from '../../../requests/interfaces.ts';
import { createJumpingClock } from './jumping-clock.ts';
import { countInterfaces, cutRelease, type SelfTestReport } from './report.ts';
import { Rig } from './rig.ts';
import { runSteps } from './steps.ts';

/** Does with real sockets what ambassador does, on these interfaces, else on loopback, and tells how each step went. Never rejects. */
export async function runSelfTest(
  interfaceNames: readonly string[],
  { platform, env, version, shutdown }: Surroundings,
): Promise<SelfTestReport> {
  const all = systemNetwork({ platform });
  const loopback = findLoopbackInterface(readSystemInterfaces() ?? {});
  const isLan = interfaceNames.length > 0;
  const names = isLan || loopback === undefined ? interfaceNames : [loopback];
  const [used] = systemNetwork({ interfaceNames: names, platform }).interfaces();
  const address = used?.addresses.find(({ family }) => family === 'IPv4')?.address ?? '127.0.0.1';
  const clock = createJumpingClock();
  const rig = new Rig({ interfaceNames: names, address, platform, env, clock });
  try {
    const steps = await runSteps(rig, clock, shutdown.signal);
    return {
      version,
      node: process.version,
      platform,
      release: cutRelease(release()),
      arch: arch(),
      on: isLan && used?.loopback !== true ? 'lan' : 'loopback',
      interfaces: countInterfaces(all.interfaces(), all.skipped()),
      steps,
    };
  } finally {
    await rig.close();
  }
}
