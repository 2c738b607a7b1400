# SPDX-License-Identifier: Apache-2.0
#
# Programs for `m3ipc exec --minix-trap`: those of this folder, and tests of the calls linked with
# calls.c, which makes the calls by interrupt vector. 32-bit, and dynamically linked because the
# trap is caught by a preloaded library. Included by ../Makefile.

TRAP := $(OUT)/trap
TRAP_LIBRARY := $(BUILD)/lib32/libm3ipc.a
TRAP_CALLS := message death deadlock notify timeout bind request vcopy
TRAP_OWN := trap segv
TRAP_PROGRAMS := $(addprefix $(TRAP)/,$(TRAP_CALLS) $(TRAP_OWN))
TRAP_LIB := lib/harness.c lib/produced.c lib/harness.h trap/vectors.h $(TRAP_LIBRARY)

.PHONY: trap
trap: $(TRAP_PROGRAMS) $(OUT)/trap-refused/static

$(TRAP)/%: %.c trap/calls.c $(TRAP_LIB)
	@mkdir -p $(@D)
	$(CC) -m32 $(ALL_CFLAGS) -o $@ $< trap/calls.c lib/harness.c lib/produced.c $(TRAP_LIBRARY)

$(TRAP)/%: trap/%.c $(TRAP_LIB)
	@mkdir -p $(@D)
	$(CC) -m32 -msse2 $(ALL_CFLAGS) -o $@ $< lib/harness.c lib/produced.c $(TRAP_LIBRARY)

# What the tool must refuse.
$(OUT)/trap-refused/static: trap/static.c
	@mkdir -p $(@D)
	$(CC) -m32 -static $(ALL_CFLAGS) -o $@ $<
