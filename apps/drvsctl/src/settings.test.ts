// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EXIT } from './errors.js';
import { readSettings } from './settings.js';
import { Home, fakeTerminal } from './test-support/fake-terminal.js';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

function withFile(content: string) {
  mkdirSync(join(home.path, '.config/drvs'), { recursive: true });
  return home.write('.config/drvs/drvsctl.json', content);
}

describe('readSettings', () => {
  test('an option wins over the environment, which wins over the file', () => {
    const token = home.write('token', 'secret\n');
    withFile(JSON.stringify({ url: 'https://file', system: 'file', tokenFile: token }));
    const terminal = fakeTerminal({
      env: { HOME: home.path, MANAGER_URL: 'https://variable', DRVS_SYSTEM: 'variable' },
    });

    const settings = readSettings({ system: 'option' }, terminal);

    expect(settings.system).toBe('option');
    expect(settings.url.host).toBe('variable');
    expect(settings.tokenFile).toBe(token);
    expect(settings.token).toBe('secret');
  });

  test('an empty variable counts as unset', () => {
    withFile(JSON.stringify({ url: 'https://file', system: 'file', tokenFile: home.write('token', 'secret') }));
    const terminal = fakeTerminal({ env: { HOME: home.path, MANAGER_URL: '' } });

    expect(readSettings({}, terminal).url.host).toBe('file');
  });

  test.each([
    ['manager URL', '--url', 'MANAGER_URL', {}],
    ['token file', '--token-file', 'DRVS_TOKEN_FILE', { MANAGER_URL: 'https://x' }],
  ])('a missing %s names every place it may come from', (what, option, variable, env) => {
    const terminal = fakeTerminal({ env: { HOME: home.path, ...env } });

    expect(() => readSettings({}, terminal)).toThrow(
      expect.objectContaining({
        exit: EXIT.configuration,
        message: `no ${what} is set`,
        remedy: expect.stringContaining(`pass ${option}, set ${variable}, or write`) as unknown,
      }),
    );
  });

  test.each([
    ['http://manager:8443', 'would send the token unencrypted'],
    ['manager:8443', 'is not https'],
    ['nonsense', 'is not a URL'],
    ['https://user:pw@manager', 'carries a password'],
  ])('the URL %s is refused: it %s', (url, rule) => {
    const terminal = fakeTerminal({ env: { HOME: home.path } });

    expect(() => readSettings({ url }, terminal)).toThrow(rule);
  });

  test('a file with an unknown key is refused, a typo never goes unnoticed', () => {
    const file = withFile('{ "URL": "https://x" }');

    expect(() => readSettings({}, fakeTerminal({ env: { HOME: home.path } }))).toThrow(file);
  });

  test('a token that others may read is used, with a warning that names the remedy', () => {
    const token = home.write('token', 'secret', 0o644);
    const terminal = fakeTerminal({ env: { HOME: home.path } });

    readSettings({ url: 'https://x', system: 'lab', tokenFile: token }, terminal);

    expect(terminal.stderr.text).toContain(`chmod 600 ${token}`);
    expect(terminal.stderr.text).not.toContain('secret');
  });

  test.each(['', 'two words', 'a\nb'])('%j is no token', (content) => {
    const token = home.write('token', content);
    const options = { url: 'https://x', system: 'lab', tokenFile: token };

    expect(() => readSettings(options, fakeTerminal({ env: { HOME: home.path } }))).toThrow('does not hold one token');
  });
});
