// SPDX-License-Identifier: Apache-2.0
// Tests run on the compiled output (`tsc -b`), so what is tested is what ships.
const common = {
  testEnvironment: 'node',
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/var/'],
};

export default {
  projects: [
    {
      ...common,
      displayName: 'small',
      testMatch: ['<rootDir>/{apps,libs}/*/dist/**/*.test.js', '<rootDir>/test/dist/**/*.test.js'],
      testPathIgnorePatterns: ['\\.(medium|e2e|servers)\\.test\\.js$'],
    },
    {
      ...common,
      displayName: 'medium',
      testMatch: ['<rootDir>/{apps,libs}/*/dist/**/*.medium.test.js', '<rootDir>/test/dist/**/*.medium.test.js'],
    },
    {
      ...common,
      displayName: 'servers',
      testMatch: ['<rootDir>/test/dist/**/*.servers.test.js'],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/dist/e2e/**/*.e2e.test.js'],
    },
  ],
};
