import { z } from 'zod';

const PROTOCOLS = ['redis', 'postgres', 'http'] as const;

const word = z.string({ error: 'write a text, in quotes if it looks like a number' }).min(1, 'write a text');

/** CONTRACT 5: `credentials`, of an entry or as a file of its own. */
export const credentialsSchema: z.ZodObject<{
  protocol: z.ZodEnum<{ redis: 'redis'; postgres: 'postgres'; http: 'http' }>;
  username: z.ZodOptional<z.ZodString>;
  database: z.ZodOptional<z.ZodString>;
  passwordFile: z.ZodOptional<z.ZodString>;
  passwordFileVariable: z.ZodOptional<z.ZodString>;
  passwordName: z.ZodOptional<z.ZodString>;
  tokenFile: z.ZodOptional<z.ZodString>;
  tokenFileVariable: z.ZodOptional<z.ZodString>;
  tokenName: z.ZodOptional<z.ZodString>;
  tls: z.ZodOptional<z.ZodBoolean>;
  caFile: z.ZodOptional<z.ZodString>;
  serverName: z.ZodOptional<z.ZodString>;
}> = z.strictObject({
  protocol: z.enum(PROTOCOLS, { error: `write ${PROTOCOLS.join(', ')}` }).describe('What the service speaks'),
  username: word.describe('Who logs in; redis: absent for a password alone').optional(),
  database: word.describe("postgres: the database, in place of the client's").optional(),
  passwordFile: word.describe('The file that holds the password').optional(),
  passwordFileVariable: word.describe('The variable, *_FILE, that names the file').optional(),
  passwordName: word.describe('The name in $CREDENTIALS_DIRECTORY or /run/secrets').optional(),
  tokenFile: word.describe('http: the file that holds the bearer token').optional(),
  tokenFileVariable: word.describe('http: the variable, *_FILE, that names the file').optional(),
  tokenName: word.describe('http: the name in $CREDENTIALS_DIRECTORY or /run/secrets').optional(),
  tls: z
    .boolean({ error: 'write true or false' })
    .describe('Speak TLS to the service itself, always verified')
    .optional(),
  caFile: word.describe("PEM certificates to trust in place of the system's").optional(),
  serverName: word.describe("Whose certificate the service's must be").optional(),
});

export type CredentialsObject = z.infer<typeof credentialsSchema>;

export const CREDENTIAL_KEYS: readonly string[] = Object.keys(credentialsSchema.shape);
