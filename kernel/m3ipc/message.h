/* SPDX-License-Identifier: GPL-2.0-only */
/* Message calls: checks, user memory, sleeping and waking around the rendezvous. */
#ifndef _M3_MESSAGE_H
#define _M3_MESSAGE_H

#include "internal.h"

struct m3_proc;

/* ioctls */
int m3_message_send(const struct m3ipc_msg *args);
int m3_message_receive(const struct m3ipc_msg *args);
int m3_message_sendrec(const struct m3ipc_msg *args);
int m3_message_rcvrqst(const struct m3ipc_msg *args);
int m3_message_reply(const struct m3ipc_msg *args);
int m3_message_relay(const struct m3ipc_msg *args);
int m3_message_replyrec(const struct m3ipc_msg *args);

/*
 * The calling thread's process. In an RCU read section. ERR_PTR(-EDRVSINIT -ENOTBIND
 * -EVMNOTRUN).
 */
struct m3_proc *m3_message_caller(void);

#endif /* _M3_MESSAGE_H */
