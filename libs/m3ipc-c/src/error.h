/* SPDX-License-Identifier: Apache-2.0 */
/* From the kernel's error codes to the numbers that programs see. */
#ifndef M3_ERROR_H
#define M3_ERROR_H

struct m3_error_map {
	int kernel; /* errno of the ioctl */
	int number; /* M3-IPC's, positive */
	const char *calls;
};

struct m3_error_name {
	int number; /* M3-IPC's, positive */
	const char *name;
	const char *text;
};

/* Generated. */
extern const struct m3_error_map m3_error_map[];
extern const unsigned int m3_error_maps;
extern const struct m3_error_name m3_error_name[];
extern const unsigned int m3_error_names;

/* The negative result for an errno of the kernel. */
int m3_error(int kernel);
/* The same for calls that return an endpoint: always <= -300. */
int m3_error_endpoint(int result);

#endif
