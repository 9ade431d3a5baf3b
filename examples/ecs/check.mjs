/** Holds task-definition.json against the rules of ECS that a task definition most often breaks. Ends with 1 if one is broken. */
import { readFileSync } from 'node:fs';

/** Fargate: CPU units, and the memory in MiB that goes with them. */
const FARGATE_MEMORY = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
};
const CONDITIONS = ['START', 'COMPLETE', 'SUCCESS', 'HEALTHY'];

const [file = new URL('task-definition.json', import.meta.url)] = process.argv.slice(2);
const task = JSON.parse(readFileSync(file, 'utf8'));
const faults = [];
const hold = (isTrue, fault) => {
  if (!isTrue) faults.push(fault);
};
const between = (value, low, high) => value === undefined || (Number.isInteger(value) && value >= low && value <= high);

const isFargate = task.requiresCompatibilities?.includes('FARGATE');
hold(/^[A-Za-z0-9_-]{1,255}$/.test(task.family), 'family: letters, digits, - and _');
hold(['awsvpc', 'bridge', 'host', 'none'].includes(task.networkMode), 'networkMode: awsvpc, bridge, host or none');
hold(!isFargate || task.networkMode === 'awsvpc', 'Fargate has network mode awsvpc alone');
hold(
  !isFargate || FARGATE_MEMORY[task.cpu]?.includes(Number(task.memory)),
  'cpu and memory do not go together on Fargate',
);
const containers = task.containerDefinitions ?? [];
const names = new Set(containers.map(({ name }) => name));
hold(names.size === containers.length && containers.length > 0, 'every container has a name of its own');
hold(
  containers.some(({ essential }) => essential !== false),
  'one container is essential',
);
const hasSecrets = containers.some(({ secrets }) => secrets?.length > 0);
hold(
  !(isFargate || hasSecrets) || /^arn:aws[\w-]*:iam::\d{12}:role\//.test(task.executionRoleArn),
  'executionRoleArn: pulls images and reads secrets',
);
const taken = new Set();
for (const {
  name,
  image,
  command,
  portMappings = [],
  secrets = [],
  environment = [],
  healthCheck,
  dependsOn = [],
  stopTimeout,
} of containers) {
  hold(typeof image === 'string' && image !== '', `${name}: image`);
  hold(
    command === undefined || (Array.isArray(command) && command.every((word) => typeof word === 'string')),
    `${name}: command`,
  );
  for (const { containerPort, hostPort, protocol = 'tcp' } of portMappings) {
    hold(between(containerPort, 1, 65_535), `${name}: containerPort ${containerPort}`);
    hold(
      task.networkMode !== 'awsvpc' || hostPort === undefined || hostPort === containerPort,
      `${name}: hostPort is the same as containerPort with awsvpc`,
    );
    hold(
      !taken.has(`${containerPort}/${protocol}`),
      `${name}: port ${containerPort} is taken by a neighbour with awsvpc`,
    );
    taken.add(`${containerPort}/${protocol}`);
  }
  for (const { name: variable, valueFrom } of secrets) {
    hold(
      /^arn:aws[\w-]*:(secretsmanager|ssm):[a-z0-9-]+:\d{12}:/.test(valueFrom),
      `${name}: secret ${variable} comes from Secrets Manager or SSM`,
    );
    hold(!environment.some((one) => one.name === variable), `${name}: ${variable} is a secret and a plain variable`);
  }
  if (healthCheck !== undefined) {
    hold(
      ['CMD', 'CMD-SHELL'].includes(healthCheck.command?.[0]),
      `${name}: healthCheck.command begins with CMD or CMD-SHELL`,
    );
    hold(between(healthCheck.interval, 5, 300), `${name}: healthCheck.interval is 5 to 300 s`);
    hold(between(healthCheck.timeout, 2, 60), `${name}: healthCheck.timeout is 2 to 60 s`);
    hold(between(healthCheck.retries, 1, 10), `${name}: healthCheck.retries is 1 to 10`);
    hold(between(healthCheck.startPeriod, 0, 300), `${name}: healthCheck.startPeriod is 0 to 300 s`);
  }
  hold(!isFargate || between(stopTimeout, 0, 120), `${name}: stopTimeout is 120 s at most on Fargate`);
  for (const { containerName, condition } of dependsOn) {
    const other = containers.find((one) => one.name === containerName);
    hold(other !== undefined && CONDITIONS.includes(condition), `${name}: dependsOn ${containerName}`);
    hold(
      condition !== 'HEALTHY' || other?.healthCheck !== undefined,
      `${name}: ${containerName} has no healthCheck to be HEALTHY by`,
    );
  }
}
for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0 ? `${task.family}: ${containers.length} containers, no fault` : `${faults.length} faults`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
