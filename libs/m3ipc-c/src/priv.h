/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may do, in our form and in the kernel's. */
#ifndef M3_PRIV_H
#define M3_PRIV_H

#include "m3ipc.h"
#include "uapi/m3ipc.h"

void m3_priv_to_kernel(struct m3ipc_priv *to, const priv_usr_t *from);
void m3_priv_from_kernel(priv_usr_t *to, const struct m3ipc_priv *from);

#endif
