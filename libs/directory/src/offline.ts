// SPDX-License-Identifier: Apache-2.0
// What works without a directory server: for tools that only read files. Imports no LDAP client.
export { lint, type LintFile, type LintFinding, type LintOptions, type LintResult } from './changes/lint.js';
export { readLdif } from './ldif/read.js';
export { writeLdifChanges, writeLdifContent } from './ldif/write.js';
export { RECORD_ATTRIBUTES } from './record-attributes.js';
