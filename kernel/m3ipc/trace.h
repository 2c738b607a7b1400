/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the message operations, system "m3ipc". Off, each is a jump that is not taken.
 *
 *   m3ipc_enter  a call that may block begins
 *   m3ipc_exit   a message call, notification or wakeup returns
 *   m3ipc_vcopy  a vcopy returns
 *
 * vm is the vmid and caller the endpoint of whoever calls: -1 and NONE (0x6ace) if it is not bound.
 * peer is the endpoint as given. m_type is that of the message sent, 0 if the call sends none;
 * source and source_type are of the message received, NONE and 0 if none was. result is 0 or
 * -errno, as in uapi/errors.md. comm is the name of the calling thread; it comes last, since it may
 * hold any text.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM m3ipc

#if !defined(_M3_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _M3_TRACE_H

#include <linux/tracepoint.h>

#include "traced.h"

/* Bit numbers of M3IPC_CALL_*; plain numbers, for those who read the events' formats. */
#define m3_trace_call_names                                                                       \
	{ 0, "send" }, { 1, "receive" }, { 2, "sendrec" }, { 3, "notify" }, { 4, "rcvrqst" },     \
	{ 5, "reply" }, { 6, "relay" }, { 7, "replyrec" }, { 10, "src_notify" },                  \
	{ 11, "ntfy_value" }, { 12, "hdw_notify" }, { M3_TRACED_WAKEUP, "wakeup" }

TRACE_EVENT(m3ipc_enter,
	TP_PROTO(const struct m3_traced *who, u32 call, s32 peer, s32 m_type, s32 timeout_ms),
	TP_ARGS(who, call, peer, m_type, timeout_ms),
	TP_STRUCT__entry(
		__field(s32, vm)
		__field(s32, caller)
		__field(u32, call)
		__field(s32, peer)
		__field(s32, m_type)
		__field(s32, timeout_ms)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		__entry->vm = who->vmid;
		__entry->caller = who->caller;
		__entry->call = call;
		__entry->peer = peer;
		__entry->m_type = m_type;
		__entry->timeout_ms = timeout_ms;
		memcpy(__entry->comm, current->comm, TASK_COMM_LEN);
	),
	TP_printk("vm=%d caller=%d call=%s peer=%d m_type=%d timeout_ms=%d comm=%s",
		  __entry->vm, __entry->caller,
		  __print_symbolic(__entry->call, m3_trace_call_names), __entry->peer,
		  __entry->m_type, __entry->timeout_ms, __entry->comm)
);

TRACE_EVENT(m3ipc_exit,
	TP_PROTO(const struct m3_traced *who, u32 call, s32 peer, s32 m_type, int result),
	TP_ARGS(who, call, peer, m_type, result),
	TP_STRUCT__entry(
		__field(s32, vm)
		__field(s32, caller)
		__field(u32, call)
		__field(s32, peer)
		__field(s32, m_type)
		__field(s32, source)
		__field(s32, source_type)
		__field(s32, result)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		__entry->vm = who->vmid;
		__entry->caller = who->caller;
		__entry->call = call;
		__entry->peer = peer;
		__entry->m_type = m_type;
		__entry->source = who->received ? who->source : M3IPC_NONE;
		__entry->source_type = who->received ? who->source_type : 0;
		__entry->result = result;
		memcpy(__entry->comm, current->comm, TASK_COMM_LEN);
	),
	TP_printk("vm=%d caller=%d call=%s peer=%d m_type=%d source=%d source_type=%d result=%d comm=%s",
		  __entry->vm, __entry->caller,
		  __print_symbolic(__entry->call, m3_trace_call_names), __entry->peer,
		  __entry->m_type, __entry->source, __entry->source_type, __entry->result,
		  __entry->comm)
);

TRACE_EVENT(m3ipc_vcopy,
	TP_PROTO(const struct m3_traced *who, const struct m3ipc_vcopy *args, int result),
	TP_ARGS(who, args, result),
	TP_STRUCT__entry(
		__field(s32, vm)
		__field(s32, caller)
		__field(s32, src)
		__field(s32, dst)
		__field(s64, bytes)
		__field(s64, copied)
		__field(s32, result)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		__entry->vm = who->vmid;
		__entry->caller = who->caller;
		__entry->src = args->src;
		__entry->dst = args->dst;
		__entry->bytes = args->bytes;
		__entry->copied = args->copied;
		__entry->result = result;
		memcpy(__entry->comm, current->comm, TASK_COMM_LEN);
	),
	TP_printk("vm=%d caller=%d src=%d dst=%d bytes=%lld copied=%lld result=%d comm=%s",
		  __entry->vm, __entry->caller, __entry->src, __entry->dst, __entry->bytes,
		  __entry->copied, __entry->result, __entry->comm)
);

#endif /* _M3_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
