import type { Target } from '@mdns-ambassador/relay';
import { type Check, PASSED } from './check.ts';
import type { CheckOptions } from './check-options.ts';
import type { DialService } from './dial.ts';
import { createExecCheck } from './exec.ts';
import { createHttpCheck } from './http.ts';
import { createMysqlCheck } from './mysql.ts';
import { createPostgresCheck } from './postgres.ts';
import { createPostgresPrimaryCheck } from './postgres-primary.ts';
import { createRedisCheck } from './redis.ts';
import { createRedisPrimaryCheck } from './redis-primary.ts';
import type { RunShell } from './shell.ts';
import { createSshCheck } from './ssh.ts';
import { createTcpCheck } from './tcp.ts';

/** What checks need of the machine. */
export interface CheckTools {
  readonly dial: DialService;
  readonly runShell: RunShell;
}

/** The check that the options ask for, against one target. */
export function createCheck(options: CheckOptions, target: Target, tools: CheckTools): Check {
  switch (options.kind) {
    case 'tcp':
      return createTcpCheck(target, tools.dial);
    case 'http':
      return createHttpCheck(target, options.path, tools.dial);
    case 'redis':
      return createRedisCheck(target, tools.dial);
    case 'redis-primary':
      return createRedisPrimaryCheck(target, tools.dial);
    case 'postgres':
      return createPostgresCheck(target, tools.dial);
    case 'postgres-primary':
      return createPostgresPrimaryCheck(target, options, tools.dial);
    case 'mysql':
      return createMysqlCheck(target, tools.dial);
    case 'ssh':
      return createSshCheck(target, tools.dial);
    case 'exec':
      return createExecCheck(options.command, target, tools.runShell);
    case 'none':
      return { run: () => Promise.resolve(PASSED) };
    default:
      return options satisfies never;
  }
}
