// SPDX-License-Identifier: Apache-2.0
#include "setting.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool setting_write(const char *path, const char *text)
{
	ssize_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, length) == length;

	if (fd >= 0)
		close(fd);
	return done;
}
