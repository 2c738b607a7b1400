/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the kernel: files of proc, sysfs and debugfs. */
#ifndef SETTING_H
#define SETTING_H

#include <stdbool.h>

/* False: there is no such setting, or it does not take the text. */
bool setting_write(const char *path, const char *text);

#endif
