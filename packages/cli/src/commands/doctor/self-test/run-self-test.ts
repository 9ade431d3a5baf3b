import { arch, release } from 'node:os';
import { readSystemInterfaces, systemNetwork } from '@mdns-ambassador/mdns';
import { findLoopbackInterface } from '../../../requests/interfaces.ts';
import { JumpingClock } from './jumping-clock.ts';
import { countInterfaces, cutRelease, type SelfTestReport } from './report.ts';
import { Rig } from './rig.ts';
import { runSteps } from './steps.ts';

export interface SelfTestOptions {
  /** Empty: loopback. */
  readonly interfaceNames: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly nodeVersion: string;
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  readonly stop: AbortSignal;
}

/** Does with real sockets what ambassador does, and tells how each step went. Never rejects. */
export async function runSelfTest(options: SelfTestOptions): Promise<SelfTestReport> {
  const { interfaceNames, platform, env, version, nodeVersion, kill, stop } = options;
  const all = systemNetwork({ platform });
  const loopback = findLoopbackInterface(readSystemInterfaces() ?? {});
  const isLan = interfaceNames.length > 0;
  const names = isLan || loopback === undefined ? interfaceNames : [loopback];
  const [used] = systemNetwork({ interfaceNames: names, platform }).interfaces();
  const address = used?.addresses.find(({ family }) => family === 'IPv4')?.address ?? '127.0.0.1';
  const clock = new JumpingClock();
  const rig = new Rig({ interfaceNames: names, address, platform, env, clock, kill });
  try {
    const steps = await runSteps(rig, clock, stop);
    return {
      version,
      node: nodeVersion,
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
