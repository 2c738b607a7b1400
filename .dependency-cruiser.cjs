// SPDX-License-Identifier: Apache-2.0
// The arrows of docs/architecture.md, "Folder tree". Anything not drawn there is forbidden: each rule below says one
// sentence of it. `npx depcruise apps libs test --config .dependency-cruiser.cjs` checks them.

const { join } = require('node:path');

/** Workspaces that may import each workspace besides itself; every folder of apps/ and libs/ has its line. */
const ARROWS = {
  'apps/manager': ['libs/contracts', 'libs/directory'],
  'apps/node-agent': ['libs/contracts', 'libs/directory', 'libs/m3ipc-node'],
  'apps/drvsctl': ['libs/contracts', 'libs/directory'],
  'libs/contracts': [],
  'libs/directory': ['libs/contracts'],
  'libs/m3ipc-node': [],
};

const TESTS = '\\.test\\.ts$|^(apps|libs)/[^/]+/test/';
const FRAMEWORKS = 'node_modules/(@nestjs|typeorm|pg|express|ws|ldapjs|@ldapjs|dbus-next|commander|pino|prom-client)/';

/** One rule per workspace: it reaches only the workspaces its arrows name. Tests may use the shared harness, test/. */
function arrowRules([from, allowed]) {
  const reachable = [from, ...allowed].join('|');
  return [
    {
      name: `arrows-${from.replace('/', '-')}`,
      comment: `${from} may import ${allowed.join(', ') || 'no other workspace'}: see docs/architecture.md.`,
      severity: 'error',
      from: { path: `^${from}/`, pathNot: TESTS },
      to: { path: '^(apps|libs|test)/', pathNot: `^(${reachable})/` },
    },
    {
      name: `arrows-${from.replace('/', '-')}-tests`,
      comment: `Tests of ${from} may also import the shared harness in test/, and nothing else.`,
      severity: 'error',
      from: { path: `^${from}/.*(${TESTS})|^${from}/test/` },
      to: { path: '^(apps|libs|test)/', pathNot: `^(${reachable}|test)/` },
    },
  ];
}

module.exports = {
  forbidden: [
    ...Object.entries(ARROWS).flatMap(arrowRules),
    {
      name: 'drvsctl-works-offline',
      comment: 'The command line checks LDIF files by the part of the directory library that knows no LDAP server.',
      severity: 'error',
      from: { path: '^apps/drvsctl/', pathNot: TESTS },
      to: { path: '^libs/directory/', pathNot: '^libs/directory/(src|dist)/offline\\.(ts|js|d\\.ts)$' },
    },
    {
      name: 'offline-is-offline',
      comment: 'What works without a server imports no LDAP client, however indirectly.',
      severity: 'error',
      from: { path: '^libs/directory/src/offline\\.ts$' },
      to: { path: 'node_modules/(ldapjs|@ldapjs)/', reachable: true },
    },
    {
      name: 'harness-only-libs',
      comment: 'test/ drives applications through their public doors; it may import libraries, never an application.',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '^apps/' },
    },
    {
      name: 'contracts-are-pure',
      comment: 'Contracts are types and schemas both sides compile in: no I/O (node: modules) and no framework.',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contracts-know-no-framework',
      comment: 'The only package a contract may import is zod, which checks it.',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: TESTS },
      to: { path: 'node_modules/', pathNot: 'node_modules/zod/' },
    },
    {
      name: 'one-door-to-the-database',
      comment:
        'Only *.store.ts, entities, migrations and the connection itself know TypeORM or pg: one door to Postgres.',
      severity: 'error',
      from: {
        path: '^apps/manager/src/',
        pathNot: `${TESTS}|\\.store\\.ts$|\\.entity\\.ts$|/migrations/|^apps/manager/src/database/`,
      },
      to: { path: 'node_modules/(typeorm|@nestjs/typeorm|pg)/' },
    },
    {
      name: 'rules-are-pure',
      comment: '*.rules.ts decides, it does not act: no I/O and no framework.',
      severity: 'error',
      from: { path: '\\.rules\\.ts$' },
      to: { path: `${FRAMEWORKS}|^(fs|net|tls|http|https|dns|child_process|timers)(/promises)?$` },
    },
    {
      name: 'plan-is-pure',
      comment: 'plan(desired, actual, now) is a pure table: no node: module, no package, nothing that acts.',
      severity: 'error',
      from: { path: '^apps/node-agent/src/plan/', pathNot: TESTS },
      to: {
        path: 'node_modules/|^apps/node-agent/src/(desired|actual|apply|report)/|^libs/m3ipc-node/',
        pathNot: '\\.types\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'plan-does-no-io',
      comment:
        'As above, for what Node itself brings; node:crypto is let in because a digest is computed, not fetched.',
      severity: 'error',
      from: { path: '^apps/node-agent/src/plan/', pathNot: TESTS },
      to: { dependencyTypes: ['core'], pathNot: '^crypto$' },
    },
    {
      name: 'agent-has-no-nest',
      comment: 'The agent is a plain daemon: no Nest, no TypeORM, no Postgres on a node.',
      severity: 'error',
      from: { path: '^apps/node-agent/' },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|express)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Files that import each other have to be understood, tested and loaded together: name what they share.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'declared-packages-only',
      comment: 'Every package a file imports stands in its own package.json, so that what is packed is what is used.',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: TESTS },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that leads nowhere fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build|var)/' },
    // Leads the names of our own packages to their sources, so that arrows can be checked before anything is built.
    tsConfig: { fileName: join(__dirname, 'test/lint/tsconfig.arrows.json') },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
