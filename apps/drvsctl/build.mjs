// SPDX-License-Identifier: Apache-2.0
// build.mjs [PREFIX]: bundles the command line, from what tsc has compiled into dist/, into one executable file,
// PREFIX/bin/drvsctl, and puts its manual page and its completions beside it. PREFIX is build/ unless given.
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const prefix = process.argv[2] ?? join(here, '../../build');
const bin = join(prefix, 'bin');
const man = join(prefix, 'share/man/man1');
const { version } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));

/**
 * Read by sh, which looks for a Node (the machine's, else one that the build or the packages brought) and hands the
 * file to it; read by Node, the second line is a string and a comment.
 */
const launcher = `#!/bin/sh
':' //; for node in node "\${DRVS_CACHE:-$HOME/.cache/drvs}"/node-*/bin/node /usr/lib/drvs/node/bin/node; do command -v "$node" >/dev/null 2>&1 && exec "$node" "$0" "$@"; done; echo "drvsctl: no Node.js is installed: install 20.19 or newer" >&2; exit 69
`;

const bundle = await build({
  entryPoints: [join(here, 'dist/main.js')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifySyntax: true,
  legalComments: 'none',
  write: false,
  define: { DRVSCTL_VERSION: JSON.stringify(version) },
});

await mkdir(bin, { recursive: true });
// Without an extension Node takes the nearest package.json's word for what a file is, and the root's says "module".
await writeFile(join(bin, 'package.json'), '{ "type": "commonjs" }\n');
const target = join(bin, 'drvsctl');
await writeFile(target, launcher + bundle.outputFiles[0].text);
await chmod(target, 0o755);

await mkdir(man, { recursive: true });
await copyFile(join(here, 'man/drvsctl.1'), join(man, 'drvsctl.1'));

/** Where a shell looks for completion below a prefix; zsh's is sourced, since it goes through bash's. */
const COMPLETIONS = {
  bash: 'share/bash-completion/completions/drvsctl',
  fish: 'share/fish/vendor_completions.d/drvsctl.fish',
};
for (const [shell, path] of Object.entries(COMPLETIONS)) {
  const file = join(prefix, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, execFileSync(process.execPath, [target, 'completion', shell]));
}
