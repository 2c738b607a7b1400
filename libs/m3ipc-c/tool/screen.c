// SPDX-License-Identifier: Apache-2.0
#include "screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"

/* Control sequences that every terminal of the last decades knows. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"

static struct termios before;
static bool is_open;

static void on_resize(int number)
{
	(void)number; /* it ends the wait */
}

bool screen_open(void)
{
	struct sigaction resize = {.sa_handler = on_resize};
	struct termios now;

	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) < 0)
		return false;
	now = before;
	now.c_lflag &= ~(ICANON | ECHO);
	/* Stopping would leave the shell on our screen. */
	now.c_cc[VSUSP] = _POSIX_VDISABLE;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &now) < 0)
		return false;
	sigaction(SIGWINCH, &resize, NULL);
	is_open = true;
	atexit(screen_close);
	fputs(ENTER, stdout);
	return true;
}

void screen_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	fputs(LEAVE, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void screen_size(int *rows, int *columns)
{
	struct winsize size;

	*rows = 24;
	*columns = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
		*rows = size.ws_row;
		*columns = size.ws_col;
	}
}

void screen_draw(const char *text)
{
	int rows, columns;

	screen_size(&rows, &columns);
	fputs(HOME, stdout);
	for (int row = 0; row < rows && *text; row++) {
		int length = strcspn(text, "\n");

		printf("%s%.*s" REST_OF_LINE, row ? "\r\n" : "",
		       length < columns ? length : columns, text);
		text += length + (text[length] == '\n');
	}
	fputs(REST_OF_SCREEN, stdout);
	fflush(stdout);
}

int screen_wait(long ms)
{
	struct pollfd keyboard = {.fd = STDIN_FILENO, .events = POLLIN};
	char key;

	if (stop_requested)
		return -1;
	if (poll(&keyboard, 1, ms) <= 0)
		return stop_requested ? -1 : 0;
	/* A keyboard that is gone will not say when to end. */
	return read(STDIN_FILENO, &key, 1) == 1 ? (unsigned char)key : -1;
}
