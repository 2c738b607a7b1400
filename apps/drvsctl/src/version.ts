// SPDX-License-Identifier: Apache-2.0
/** Set by build.mjs from package.json. */
declare const DRVSCTL_VERSION: string | undefined;

export const VERSION = typeof DRVSCTL_VERSION === 'string' ? DRVSCTL_VERSION : 'unbundled';
