// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../errors.js';
import { run } from '../program.js';
import { Home, drvsctl, fakeTerminal } from '../test-support/fake-terminal.js';

const BASE = 'ou=drvs,dc=example';
const good = `dn: ${BASE}
objectClass: organizationalUnit
objectClass: drvsSystem
drvsSystemId: 6f1f2a51-25b7-4d0e-9a55-1b9a3f0f7d10

dn: ou=nodes,${BASE}
objectClass: organizationalUnit

dn: cn=node1,ou=nodes,${BASE}
objectClass: drvsNode
drvsNodeId: 1
`;
const second = `dn: cn=node2,ou=nodes,${BASE}\nobjectClass: drvsNode\ndrvsNodeId: 1\n`;

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

describe('drvsctl lint', () => {
  test('says what files in order amount to, and needs no manager', async () => {
    const { status, out, err } = await drvsctl(['lint', home.write('good.ldif', good)], {});
    expect({ status, err }).toEqual({ status: EXIT.ok, err: '' });
    expect(out).toBe(`In order: below ${BASE}: 1 nodes, 0 VMs, 0 processes.\n`);
  });

  test('tells file, line, rule and remedy of what is wrong, and exits with 1', async () => {
    const files = [home.write('good.ldif', good), home.write('second.ldif', second)];
    const { status, out, err } = await drvsctl(['lint', ...files], {});
    expect(status).toBe(EXIT.refused);
    expect(out).toMatch(/second\.ldif:1\n/);
    expect(out).toMatch(/NodeIdDuplicate/);
    expect(out).toMatch(/remedy +Give this node a free number/);
    expect(err).toMatch(/one thing is wrong/);
  });

  test('reads standard input, checks onto other files, and answers programs in JSON', async () => {
    const terminal = fakeTerminal();
    terminal.stdin.end(second);
    const onto = home.write('good.ldif', good);
    expect(await run(['lint', '-', '--onto', onto, '-o', 'json'], terminal)).toBe(EXIT.refused);
    expect(JSON.parse(terminal.stdout.text)).toEqual({
      base: BASE,
      findings: [expect.objectContaining({ file: '-', line: 1, code: 'NodeIdDuplicate' })],
    });
  });

  test('a file that is not there is named', async () => {
    const { status, err } = await drvsctl(['lint', `${home.path}/nosuch.ldif`], {});
    expect(status).toBe(EXIT.usage);
    expect(err).toMatch(/nosuch\.ldif cannot be read/);
  });
});
