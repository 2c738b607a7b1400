// SPDX-License-Identifier: Apache-2.0
// House rules that need TypeScript's types, and the size budgets. Layout is Prettier's, arrows are dependency-cruiser's.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Budgets of CONTRIBUTING.md: what a reader can hold in mind. */
const budgets = {
  'max-lines': ['error', { max: 400 }],
  'max-lines-per-function': ['error', { max: 80 }],
  'max-params': ['error', { max: 6 }],
  complexity: ['error', { max: 20 }],
};

/** A default export has no name of its own: every importer may call it something else. */
const noDefaultExport = {
  'no-restricted-syntax': [
    'error',
    {
      selector: 'ExportDefaultDeclaration',
      message: 'Export by name: a default export has as many names as importers.',
    },
    {
      selector: 'TSEnumDeclaration',
      message: 'Use a string union with `as const`: the values are JSON and LDAP values.',
    },
  ],
};

const safety = {
  eqeqeq: ['error', 'always'],
  'no-console': 'error',
  'prefer-const': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  // Nest's modules are classes that hold nothing but their decorator.
  '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
  // An async method that awaits nothing may be what an interface asks for.
  '@typescript-eslint/require-await': 'off',
};

export default defineConfig(
  {
    name: 'drvs/ignored',
    ignores: ['**/dist/', '**/node_modules/', 'build/', 'var/', 'kernel/', 'docs/', 'apps/console/', '**/generated/'],
  },
  { name: 'drvs/unused-disables', linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    name: 'drvs/typescript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: { ...budgets, ...noDefaultExport, ...safety },
  },
  {
    name: 'drvs/tests',
    files: ['**/*.test.ts', 'test/**/*.ts', '**/test/**/*.ts'],
    rules: {
      // One `describe` is one function here, and a story told in one place reads better than a split one.
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 800 }],
    },
  },
  {
    name: 'drvs/scripts',
    files: ['**/*.{js,mjs,cjs}'],
    rules: { 'no-unused-vars': 'error', 'prefer-const': 'error', eqeqeq: 'error' },
  },
);
