# SPDX-License-Identifier: Apache-2.0
#
# libm3ipc-trap.so, which `m3ipc exec --minix-trap` preloads. Included by ../Makefile; needs a
# compiler for 32-bit programs (gcc-multilib).
#
# The dynamic loader finds it by $LIB, which is another folder for each of its kinds: lib32
# for Debian's libc6-i386, lib/i386-linux-gnu for its i386 packages. 64-bit programs that such a
# program starts look into lib/x86_64-linux-gnu, and find a library that does nothing.

TRAP_OBJ := $(BUILD)/obj/m3ipc-c-trap
TRAP_NAME := m3ipc/libm3ipc-trap.so
TRAP_LIBRARY := $(BUILD)/lib32/$(TRAP_NAME)
TRAP_ALSO := $(BUILD)/lib/i386-linux-gnu/$(TRAP_NAME)
TRAP_NOTHING := $(BUILD)/lib/x86_64-linux-gnu/$(TRAP_NAME)

# Called between two instructions of the program: no FPU, no SSE, nothing of libc.
TRAP_CALLS := door.o minix.o m3ipc.o structures.o error.o error_table.o
TRAP_SIGNALS := fault.o action.o mask.o jump.o real.o start.o entry.o
TRAP_CFLAGS := -m32 -std=gnu11 -fPIC -D_GNU_SOURCE -I. -Isrc -I$(INCLUDE) \
	-I$(KERNEL) $(WARNINGS) $(CFLAGS)
# The elders of sigaction that old programs call are deprecated.
TRAP_CFLAGS += -Wno-deprecated-declarations
TRAP_CALL_CFLAGS := -fvisibility=hidden -mgeneral-regs-only -fno-stack-protector -fno-tree-loop-distribute-patterns

.PHONY: trap
trap: $(TRAP_LIBRARY) $(TRAP_ALSO) $(TRAP_NOTHING)

$(TRAP_OBJ)/%.o: trap/%.c $(HEADERS) trap/trap.mk
	@mkdir -p $(@D)
	$(CC) $(TRAP_CFLAGS) $(if $(filter $*.o,$(TRAP_CALLS)),$(TRAP_CALL_CFLAGS)) -MMD -c -o $@ $<

$(TRAP_OBJ)/error.o: src/error.c $(HEADERS) trap/trap.mk
	@mkdir -p $(@D)
	$(CC) $(TRAP_CFLAGS) $(TRAP_CALL_CFLAGS) -MMD -c -o $@ $<

$(TRAP_OBJ)/error_table.o: $(OBJ)/error_table.c src/error.h $(HEADERS) trap/trap.mk
	@mkdir -p $(@D)
	$(CC) $(TRAP_CFLAGS) $(TRAP_CALL_CFLAGS) -c -o $@ $<

$(TRAP_OBJ)/entry.o: trap/entry.S trap/trap.mk
	@mkdir -p $(@D)
	$(CC) -m32 -fPIC -c -o $@ $<

$(TRAP_LIBRARY): $(addprefix $(TRAP_OBJ)/,$(TRAP_CALLS) $(TRAP_SIGNALS)) trap/exports.map
	@mkdir -p $(@D)
	$(CC) -m32 -shared -Wl,-soname,libm3ipc-trap.so -Wl,--version-script=trap/exports.map \
		-Wl,-z,relro,-z,now,-z,defs $(LDFLAGS) -o $@ $(filter %.o,$^)

$(TRAP_ALSO): $(TRAP_LIBRARY)
	@mkdir -p $(@D)
	ln -sf ../../../lib32/$(TRAP_NAME) $@

$(TRAP_NOTHING): trap/trap.mk
	@mkdir -p $(@D)
	$(CC) -shared -nostdlib -Wl,-soname,libm3ipc-trap.so -o $@ -x c /dev/null

.PHONY: install-trap
install-trap: trap
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,lib32/m3ipc lib/i386-linux-gnu/m3ipc lib/x86_64-linux-gnu/m3ipc)
	install -m 644 $(TRAP_LIBRARY) $(DESTDIR)$(PREFIX)/lib32/m3ipc/
	ln -sf ../../../lib32/$(TRAP_NAME) $(DESTDIR)$(PREFIX)/lib/i386-linux-gnu/$(TRAP_NAME)
	install -m 644 $(TRAP_NOTHING) $(DESTDIR)$(PREFIX)/lib/x86_64-linux-gnu/m3ipc/

-include $(wildcard $(TRAP_OBJ)/*.d)
