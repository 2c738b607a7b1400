#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In a guest whose kernel wants modules signed by a key it knows: the module is refused, and the reason is told.
. /tests/ktap.sh

echo 'KTAP version 1'
refuses() { ! "$@" 2>/tmp/refused.log && cat /tmp/refused.log && grep -q "$expected" /tmp/refused.log; }
log_says() { dmesg | grep -q "$1"; }

expected='Key was rejected by service'
check 'a module signed by a key that is not enrolled is refused' refuses modprobe m3ipc
check 'the kernel says that it does not know the key' log_says 'Loading of module with unavailable key is rejected'
check 'an unsigned module is refused' refuses insmod /tests/unsigned.ko
check 'the kernel says that it is not signed' log_says 'Loading of unsigned module is rejected'
check 'there is no device' test ! -e /dev/m3ipc
check 'the tool says that the module is not loaded' prints 'modprobe m3ipc' m3ipc status
plan
