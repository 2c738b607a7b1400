// SPDX-License-Identifier: Apache-2.0

/** A user or group as the directory may name it: an account name, or a number. */
export const ACCOUNT = /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,31}|[0-9]{1,10})$/;
