// SPDX-License-Identifier: Apache-2.0
export * from './api.js';
export * from './audit.js';
export * from './changes.js';
export * from './condition.js';
export * from './link.js';
export * from './link-credentials.js';
export * from './names.js';
export * from './node-document.js';
export * from './operations.js';
export * from './problem.js';
export * from './status.js';
export * from './topology.js';
