// SPDX-License-Identifier: Apache-2.0
#include "trap.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Below the folder that holds bin/ or sbin/; $LIB is the loader's, and differs by its kind. */
#define LIBRARY "m3ipc/libm3ipc-trap.so"
#define LOADER_NAME "ld-linux.so.2"

static bool refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool refuse(const char *format, ...)
{
	va_list arguments;

	fputs("m3ipc exec: --minix-trap: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return false;
}

/* ---- the file that execvp would run ---- */

static bool is_program(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

static bool find_program(const char *command, char path[PATH_MAX])
{
	const char *folders = getenv("PATH");

	if (strchr(command, '/'))
		return snprintf(path, PATH_MAX, "%s", command) < PATH_MAX && is_program(path);
	for (const char *at = folders ? folders : "/bin:/usr/bin"; at;) {
		int length = strcspn(at, ":");
		/* An empty one is the current folder. */
		int written = snprintf(path, PATH_MAX, "%.*s/%s", length ? length : 1,
				       length ? at : ".", command);

		if (written < PATH_MAX && is_program(path))
			return true;
		at = at[length] ? at + length + 1 : NULL;
	}
	return false;
}

/* ---- what it is ---- */

/* The dynamic loader that the program names; empty if it is static. */
static bool read_loader(int fd, const Elf32_Ehdr *header, char loader[PATH_MAX])
{
	Elf32_Phdr part;

	loader[0] = 0;
	for (int i = 0; i < header->e_phnum; i++) {
		off_t place = header->e_phoff + (off_t)i * header->e_phentsize;

		if (pread(fd, &part, sizeof(part), place) != sizeof(part))
			return false;
		if (part.p_type != PT_INTERP)
			continue;
		if (part.p_filesz == 0 || part.p_filesz > PATH_MAX ||
		    pread(fd, loader, part.p_filesz, part.p_offset) != (ssize_t)part.p_filesz)
			return false;
		loader[part.p_filesz - 1] = 0;
		return true;
	}
	return true;
}

static bool check_loader(const char *path, const char *loader)
{
	const char *name = strrchr(loader, '/');

	if (!*loader)
		return refuse("%s is statically linked, and only the dynamic loader can preload "
			      "what catches its traps; link it dynamically",
			      path);
	if (strcmp(name ? name + 1 : loader, LOADER_NAME) != 0)
		return refuse("%s is for another libc than glibc (its loader is %s); "
			      "link it with glibc",
			      path, loader);
	if (access(loader, X_OK) != 0)
		return refuse("%s needs %s, which is not there; apt install libc6-i386", path,
			      loader);
	return true;
}

/* The loader ignores LD_PRELOAD where a program gains rights. */
static bool check_rights(const char *path, int fd)
{
	struct stat file;

	if (fstat(fd, &file) < 0)
		return refuse("cannot look at %s: %s; check its file system", path,
			      strerror(errno));
	if (((file.st_mode & S_ISUID) && file.st_uid != geteuid()) ||
	    ((file.st_mode & S_ISGID) && file.st_gid != getegid()))
		return refuse("%s is setuid or setgid, and such programs preload nothing; "
			      "run it as its owner, or take the bit away",
			      path);
	if (geteuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		return refuse("%s has file capabilities, and such programs preload nothing; "
			      "take them away (setcap -r) or run it as root",
			      path);
	return true;
}

static bool check_script(const char *path, char *line)
{
	char *interpreter = line + 2 + strspn(line + 2, " \t");

	interpreter[strcspn(interpreter, " \t\r\n")] = 0;
	return refuse("%s is a script, run by %s; name the 32-bit program itself", path,
		      interpreter);
}

static bool check_file(const char *path, int fd)
{
	union {
		Elf32_Ehdr elf;
		char line[256];
	} head = {.line = ""};
	char loader[PATH_MAX];
	ssize_t size = pread(fd, head.line, sizeof(head.line) - 1, 0);

	if (size >= 2 && !memcmp(head.line, "#!", 2))
		return check_script(path, head.line);
	if (size < (ssize_t)sizeof(head.elf) || memcmp(head.line, ELFMAG, SELFMAG) != 0)
		return refuse("%s is not a program; name a 32-bit one", path);
	if (head.elf.e_ident[EI_CLASS] == ELFCLASS64)
		return refuse("%s is a 64-bit program, and the trap is for 32-bit ones; leave out "
			      "--minix-trap and link it with libm3ipc",
			      path);
	if (head.elf.e_machine != EM_386)
		return refuse("%s is not for i386; compile it with gcc -m32", path);
	if (!read_loader(fd, &head.elf, loader))
		return refuse("%s is damaged; link it again", path);
	return check_loader(path, loader) && check_rights(path, fd);
}

/* ---- the library ---- */

/* The folder that holds the folder of this tool. */
static bool find_prefix(char prefix[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", prefix, PATH_MAX - 1);

	if (length < 0)
		return refuse("cannot find this tool's own folder: %s; mount /proc",
			      strerror(errno));
	prefix[length] = 0;
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(prefix, '/');

		if (slash)
			*slash = 0;
	}
	return true;
}

static bool preload_library(void)
{
	char prefix[PATH_MAX], path[PATH_MAX + 64], list[2 * PATH_MAX];
	const char *others = getenv("LD_PRELOAD");

	if (!find_prefix(prefix))
		return false;
	snprintf(path, sizeof(path), "%s/lib32/" LIBRARY, prefix);
	if (access(path, R_OK) != 0)
		return refuse("%s is not there: this m3ipc was built without a compiler for 32-bit "
			      "programs; apt install gcc-multilib, build and install it again",
			      path);
	if (strpbrk(prefix, " :$"))
		return refuse("the folder %s has a blank, colon or dollar sign in its name, which "
			      "LD_PRELOAD cannot carry; install m3ipc elsewhere",
			      prefix);
	if (snprintf(list, sizeof(list), "%s/$LIB/" LIBRARY "%s%s", prefix, others ? " " : "",
		     others ? others : "") >= (int)sizeof(list))
		return refuse("LD_PRELOAD is too long; shorten it");
	return setenv("LD_PRELOAD", list, 1) == 0 || refuse("no memory; free some");
}

bool prepare_trap(const char *command)
{
	char path[PATH_MAX];
	bool good;
	int fd;

	if (!find_program(command, path))
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse("cannot read %s: %s; allow it", path, strerror(errno));
	good = check_file(path, fd);
	close(fd);
	return good && preload_library();
}
