import { z } from 'zod';

const PROTOCOLS = ['redis', 'postgres', 'http'] as const;

const word = z.string({ error: 'write a text, in quotes if it looks like a number' }).min(1, 'write a text');

const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;
const KNOWN_HOST = /^(?:\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*)$/;
/** As browsers write it: no path, and no `/` at the end. */
const ORIGIN = /^(?:\*|null|[a-z][a-z\d+.-]*:\/\/[^\s/]+)$/i;

function list(of: z.ZodString, error: string): z.ZodArray<z.ZodString> {
  return z.array(of, { error }).min(1, error);
}

type SecretKey = `${'password' | 'token'}${'File' | 'FileVariable' | 'Name'}`;
type TextKey = SecretKey | 'username' | 'database' | 'caFile' | 'serverName' | 'host';

/** CONTRACT 5: `credentials`, of an entry or as a file of its own. */
export const credentialsSchema: z.ZodObject<
  Record<TextKey, z.ZodOptional<z.ZodString>> & {
    protocol: z.ZodEnum<{ redis: 'redis'; postgres: 'postgres'; http: 'http' }>;
    tls: z.ZodOptional<z.ZodBoolean>;
    hosts: z.ZodOptional<z.ZodArray<z.ZodString>>;
    origins: z.ZodOptional<z.ZodArray<z.ZodString>>;
    serviceUser: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>>;
  }
> = z.strictObject({
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
  host: word
    .regex(HOST, 'write a name or address, with a port if need be, such as api.example.com, or keep')
    .describe("http: the Host of every request, or keep for the client's; with tls it is serverName unless said")
    .optional(),
  hosts: list(
    word.regex(KNOWN_HOST, 'write names without a port, such as api.example.com, *.example.com or "*"'),
    'write a list of names, such as [api.example.com]',
  )
    .describe('http: further names by which clients may call the service, *.NAME for those below one, * for any')
    .optional(),
  origins: list(
    word.regex(ORIGIN, 'write origins such as https://app.example.com, or "*"'),
    'write a list of origins, such as [https://app.example.com]',
  )
    .describe('http: other sites whose web pages may act as the user, * for all')
    .optional(),
  serviceUser: z
    .union([word, z.number().int().min(0)], { error: "write a user's name or number" })
    .describe('Linux: who else than root may hold its port on this machine; absent: any system user')
    .optional(),
});

export type CredentialsObject = z.infer<typeof credentialsSchema>;

export const CREDENTIAL_KEYS: readonly string[] = Object.keys(credentialsSchema.shape);
