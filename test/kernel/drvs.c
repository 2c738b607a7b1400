// SPDX-License-Identifier: Apache-2.0
/* The DRVS itself. Each test ends it and starts it again. */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"

static void restart(void)
{
	mnx_drvs_end();
	EXPECT_EQ(mnx_drvs_init(1, NULL), 1);
}

TEST(a_second_init_is_busy, "drvs.once")
{
	EXPECT_EQ(mnx_drvs_init(1, NULL), EDVSBUSY);
	EXPECT_EQ(mnx_drvs_init(2, NULL), EDVSBUSY);
}

static void receive_until_the_end(void)
{
	message m;

	survive_sigpipe();
	enter(5);
	EXPECT_EQ(mnx_receive(ANY, &m), EDCNOTRUN);
	/* After the end of all there is not even a DRVS to be unbound in. */
	EXPECT(mnx_receive(ANY, &m) < 0);
}

TEST(drvs_end_ends_every_vm, "drvs.end")
{
	pid_t pid = spawn(receive_until_the_end);
	drvs_usr_t drvs;
	vm_usr_t info;

	await_receiving(5);
	EXPECT_EQ(mnx_drvs_end(), OK);
	join(pid);
	EXPECT_EQ(mnx_getdrvsinfo(&drvs), EDVSINIT);
	EXPECT_EQ(drvs.d_nodeid, -1);
	EXPECT_EQ(drvs.d_vms, 0);
	EXPECT_EQ(drvs.d_bound, 0);
	EXPECT_EQ(mnx_getvminfo(vm, &info), EDVSINIT);
	EXPECT_EQ(mnx_bind(vm, 1), EDVSINIT);
	EXPECT_EQ(mnx_drvs_end(), EDVSINIT);
	restart();
}

TEST(nodeids_are_checked, "drvs.nodeid")
{
	drvs_usr_t drvs;

	EXPECT_EQ(mnx_drvs_end(), OK);
	EXPECT_EQ(mnx_drvs_init(1024, NULL), EBADNODEID);
	EXPECT_EQ(mnx_drvs_init(-2, NULL), EBADNODEID);
	/* -1 is the boot line's, and this one has none. */
	mnx_getdrvsinfo(&drvs);
	if (drvs.d_boot_nodeid < 0)
		EXPECT_EQ(mnx_drvs_init(-1, NULL), EBADNODEID);
	EXPECT_EQ(mnx_drvs_init(1023, NULL), 1023);
	EXPECT_EQ(mnx_getdrvsinfo(&drvs), 1023);
	restart();
}

TEST(getdrvsinfo_tells_what_init_was_given, "drvs.info")
{
	drvs_usr_t drvs = {
		.d_given = M3_GIVEN | M3_DRVS_NAME | M3_DRVS_UUID | M3_DRVS_SOURCE,
		.d_nr_dcs = 100,
		.d_nr_procs = 300,
		.d_nr_tasks = 10,
		.d_nr_sysprocs = 20,
		.d_max_copylen = 65536,
		.d_source = M3_SOURCE_AGENT,
		.d_name = "kepler",
		.d_uuid = "0123456789abcde",
	};
	vm_usr_t p = {.dc_dcid = 7, .dc_name = "seven", .dc_warn2proc = NONE}, info;
	drvs_usr_t got;

	EXPECT_EQ(mnx_drvs_end(), OK);
	EXPECT_EQ(mnx_drvs_init(3, &drvs), 3);
	memset(&got, 0xa5, sizeof(got));
	EXPECT_EQ(mnx_getdrvsinfo(&got), 3);
	EXPECT_EQ(got.d_nodeid, 3);
	EXPECT_EQ(got.d_source, M3_SOURCE_AGENT);
	EXPECT_EQ(got.d_nr_dcs, 100);
	EXPECT_EQ(got.d_nr_procs, 300);
	EXPECT_EQ(got.d_nr_tasks, 10);
	EXPECT_EQ(got.d_nr_sysprocs, 20);
	EXPECT_EQ(got.d_max_copylen, 65536);
	EXPECT(got.d_size_proc > 0);
	EXPECT(!strcmp(got.d_name, "kepler"));
	EXPECT(!memcmp(got.d_uuid, drvs.d_uuid, 16));
	/* They are the defaults of its VMs. */
	EXPECT_EQ(mnx_vm_init(&p), 3);
	EXPECT_EQ(mnx_getvminfo(7, &info), OK);
	EXPECT_EQ(info.dc_nr_procs, 300);
	EXPECT_EQ(info.dc_nr_tasks, 10);
	EXPECT_EQ(info.dc_nr_sysprocs, 20);
	restart();
}

TEST(impossible_limits_are_refused, "drvs.limits")
{
	drvs_usr_t drvs = {.d_nr_procs = 16001};

	EXPECT_EQ(mnx_drvs_end(), OK);
	EXPECT_EQ(mnx_drvs_init(1, &drvs), EBADRANGE);
	drvs = (drvs_usr_t){.d_nr_nodes = 1025};
	EXPECT_EQ(mnx_drvs_init(1, &drvs), EBADRANGE);
	drvs = (drvs_usr_t){.d_nr_dcs = 4097};
	EXPECT_EQ(mnx_drvs_init(1, &drvs), EBADRANGE);
	drvs = (drvs_usr_t){.d_max_copylen = MAXCOPYLEN + 1};
	EXPECT_EQ(mnx_drvs_init(1, &drvs), EBADRANGE);
	restart();
}

TEST(the_number_of_vms_is_limited, "drvs.vms")
{
	drvs_usr_t drvs = {.d_nr_dcs = 3};
	vm_usr_t p = {.dc_warn2proc = NONE};

	EXPECT_EQ(mnx_drvs_end(), OK);
	EXPECT_EQ(mnx_drvs_init(1, &drvs), 1);
	for (int i = 0; i < 4; i++) {
		p.dc_dcid = i;
		snprintf(p.dc_name, sizeof(p.dc_name), "vm%d", i);
		EXPECT_EQ(mnx_vm_init(&p), i < 3 ? 1 : ERSCBUSY);
	}
	restart();
}

static void init_as_somebody(void)
{
	become(1000, 1000);
	EXPECT_EQ(mnx_drvs_init(1, NULL), EMOLPERM);
	EXPECT_EQ(mnx_drvs_end(), EMOLPERM);
}

TEST(the_drvs_is_roots, "drvs.root")
{
	join(spawn(init_as_somebody));
	EXPECT_EQ(mnx_drvs_end(), OK);
	join(spawn(init_as_somebody));
	EXPECT_EQ(mnx_drvs_init(1, NULL), 1);
}
