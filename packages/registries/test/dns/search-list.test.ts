import { expect, test } from 'vitest';
import { listSearchNames, parseSearchList } from '../../src/dns/search-list.ts';

const KUBERNETES = 'search shop.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n';

test.each([
  ['nameserver 10.0.0.1\n', ['db']],
  [KUBERNETES, ['db.shop.svc.cluster.local', 'db.svc.cluster.local', 'db']],
  ['search lan\noptions edns0 ndots:0\n', ['db', 'db.lan']],
  ['domain a.test\nsearch b.test\n', ['db.b.test', 'db']],
  ['search .\n', ['db']],
])('%j: db stands for %j', (text, names) => {
  expect(listSearchNames('db', parseSearchList(text))).toEqual(names);
});

test.each(['db.', 'db.example.com'])('%s is a full name', (name) => {
  expect(listSearchNames(name, parseSearchList(KUBERNETES))).toEqual([name]);
});
