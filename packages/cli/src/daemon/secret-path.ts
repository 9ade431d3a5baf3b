import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SecretPlace } from '../config/credential-request.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_NO_INPUT } from '../exit/exit-codes.ts';
import { listShelters } from '../requests/shelters.ts';

/** The file that holds the secret. Throws a CliError that says where was looked. */
export function findSecretPath(place: SecretPlace, env: NodeJS.ProcessEnv): string {
  switch (place.kind) {
    case 'file':
      return place.path;
    case 'variable':
      return (
        pathOfVariable(place.variable, env) ??
        absent(`${place.variable} is not set; write the path of the secret's file in it`)
      );
    case 'name':
      return (
        pathOfName(place.name, env) ??
        absent(
          `${listNamed(place.name, env).join(' and ')}: no such file; write the secret there, or write passwordFile: PATH`,
        )
      );
    case 'usual': {
      const path = pathOfName(place.name, env) ?? pathOfVariable(place.variable, env);
      const looked = [...listNamed(place.name, env), `$${place.variable}`].join(', ');
      return path ?? absent(`no secret is named, and none is at ${looked}; write passwordFile: PATH`);
    }
    default:
      return place satisfies never;
  }
}

function pathOfVariable(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  const value = env[variable] ?? '';
  return value === '' ? undefined : resolve(value);
}

function pathOfName(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return listNamed(name, env).find((path) => existsSync(path));
}

function listNamed(name: string, env: NodeJS.ProcessEnv): readonly string[] {
  return listShelters(env).map(({ folder }) => join(folder, name));
}

function absent(sentence: string): never {
  throw new CliError(EXIT_NO_INPUT, sentence);
}
