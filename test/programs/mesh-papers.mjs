import { Member, readKeyFile } from '../../packages/mesh/dist/index.js';

/** What a holder of this key file can show in this role: papers for the two ends of TLS. `agedMs`: as they were so long ago. `style`: as what, a `machine` or a `role`. */
export async function showPapers(keyFile, role, service, agedMs = 0, style = 'role') {
  const clock = { wallClock: () => Date.now() - agedMs, after: () => () => undefined };
  const member = await Member.join(readKeyFile(keyFile, process.platform), { role, service, clock });
  return member.papers(undefined, style);
}
