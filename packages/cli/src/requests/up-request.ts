import { hostname } from 'node:os';
import { parseConfig } from '../config/read-config.ts';
import type { Settings } from '../settings/settings.ts';
import { type FilePlan, readFilePlan } from './file-plan.ts';
import { type KeyReader, type MeshRequest, readMeshRequest } from './mesh-request.ts';
import { requireEntitledTo } from './plan.ts';
import { addSharedOptions } from './service-requests.ts';

/** What the file of `up` asks for. */
export interface UpRequest {
  readonly plan: FilePlan;
  /** Those that all services share. */
  readonly settings: Settings;
  readonly mesh: MeshRequest | undefined;
}

/** `own`: the settings of the command line and the environment. Throws a CliError that says what is wrong, and in which line. */
export function readUpRequest(file: string, text: string, own: Settings, reader: KeyReader): UpRequest {
  const { env, platform } = reader;
  const config = parseConfig(file, text);
  const plan = readFilePlan(file, config, own, { hostName: hostname(), platform, env });
  const settings = addSharedOptions(own, config);
  const mesh = readMeshRequest(settings, reader);
  requireEntitledTo(mesh, plan);
  return { plan, settings, mesh };
}
