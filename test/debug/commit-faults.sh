#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In the guest: commits the named bugs, one after the other.
for fault; do
	insmod /faulty.ko "fault=$fault" || echo "faulty.ko does not load with fault=$fault"
	rmmod faulty
done
