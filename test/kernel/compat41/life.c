// SPDX-License-Identifier: Apache-2.0
/*
 * The life of a DVS and of a DC, in one program: parameters, second attempts, nodes,
 * and what is said when it is over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define DCID 0
#define NODEID 1

dvs_usr_t dvs = {
	.d_nr_dcs = NR_DCS,
	.d_nr_nodes = NR_NODES,
	.d_nr_procs = NR_PROCS,
	.d_nr_tasks = NR_TASKS,
	.d_nr_sysprocs = NR_SYS_PROCS,
	.d_max_copybuf = MAXCOPYBUF,
	.d_max_copylen = MAXCOPYLEN,
	.d_dbglvl = 0,
	.d_version = 4,
	.d_subver = 1,
};

dc_usr_t dcu = {
	.dc_dcid = DCID,
	.dc_flags = 0,
	.dc_nr_procs = NR_PROCS,
	.dc_nr_tasks = NR_TASKS,
	.dc_nr_sysprocs = NR_SYS_PROCS,
	.dc_nr_nodes = NR_NODES,
	.dc_warn2proc = NONE,
	.dc_warnmsg = MOLUNUSED,
	.dc_name = "DC0",
};

static void expect(const char *what, long rcode, long wanted)
{
	printf("%s rcode=%ld\n", what, rcode);
	if (rcode != wanted) {
		printf("ERROR: %s: %ld wanted\n", what, wanted);
		exit(EXIT_FAILURE);
	}
}

static void check_dvs(void)
{
	dvs_usr_t info, *d_ptr = &info;
	int local_nodeid;

	local_nodeid = mnx_getdvsinfo((long)&info);
	if (local_nodeid < DVS_NO_INIT)
		exit(EXIT_FAILURE);
	printf(DVS_USR_FORMAT, DVS_USR_FIELDS(d_ptr));
	printf(DVS_MAX_FORMAT, DVS_MAX_FIELDS(d_ptr));
	printf(DVS_VER_FORMAT, DVS_VER_FIELDS(d_ptr));
	expect("getdvsinfo", local_nodeid, NODEID);
	expect("d_nr_dcs", d_ptr->d_nr_dcs, NR_DCS);
	expect("d_nr_procs", d_ptr->d_nr_procs, NR_PROCS);
	expect("d_nr_tasks", d_ptr->d_nr_tasks, NR_TASKS);
	expect("d_nr_sysprocs", d_ptr->d_nr_sysprocs, NR_SYS_PROCS);
	expect("d_max_copylen", d_ptr->d_max_copylen, MAXCOPYLEN);
	if (d_ptr->d_size_proc <= 0)
		exit(EXIT_FAILURE);
}

static void check_dc(void)
{
	DC_usr_t info, *dc_ptr = &info;
	VM_usr_t vmu;
	node_usr_t node, *n_ptr = &node;

	expect("getdcinfo", mnx_getdcinfo(DCID, (long)dc_ptr), OK);
	printf(DC_USR_FORMAT, DC_USR_FIELDS(dc_ptr));
	printf(DC_WARN_FORMAT, DC_WARN_FIELDS(dc_ptr));
	expect("dc_dcid", dc_ptr->dc_dcid, DCID);
	expect("dc_flags", dc_ptr->dc_flags, DC_RUNNING);
	expect("dc_nr_procs", dc_ptr->dc_nr_procs, NR_PROCS);
	expect("dc_nodes", dc_ptr->dc_nodes, 1L << NODEID);
	expect("dc_warn2proc", dc_ptr->dc_warn2proc, NONE);
	expect("dc_name", strcmp(dc_ptr->dc_name, "DC0"), 0);
	/* The generation before called it a VM. */
	expect("getvminfo", mnx_getvminfo(DCID, &vmu), OK);
	expect("vm_vmid", vmu.vm_vmid, DCID);
	expect("vm_name", strcmp(vmu.vm_name, "DC0"), 0);

	expect("getnodeinfo", mnx_getnodeinfo(NODEID, &node), OK);
	printf(NODE_USR_FORMAT, NODE_USR_FIELDS(n_ptr));
	printf(NODE_TIME_FORMAT, NODE_TIME_FIELDS(n_ptr));
	expect("n_nodeid", n_ptr->n_nodeid, NODEID);
	expect("n_dcs", n_ptr->n_dcs, 1L << DCID);
	if (!TEST_BIT(n_ptr->n_flags, NODE_BIT_ATTACHED))
		exit(EXIT_FAILURE);
	expect("getnodeinfo of none", mnx_getnodeinfo(NR_NODES, &node), EMOLBADNODEID);
	expect("getdcinfo of none", mnx_getdcinfo(DCID + 1, &info), EMOLDCNOTRUN);
}

static void check_nodes(void)
{
	dc_usr_t info;

	expect("add_node", mnx_add_node(DCID, 5), OK);
	expect("add_node again", mnx_add_node(DCID, 5), EMOLDCNODE);
	mnx_getdcinfo(DCID, &info);
	expect("dc_nodes", info.dc_nodes, 1L << NODEID | 1L << 5);
	expect("del_node", mnx_del_node(DCID, 5), OK);
	expect("del_node again", mnx_del_node(DCID, 5), EMOLNODCNODE);
	expect("add_node of none", mnx_add_node(DCID, NR_NODES), EMOLBADNODEID);
}

/* A child that is bound and blocked when its DC ends: SIGPIPE. */
static void check_end(void)
{
	proc_usr_t proc;
	int child_pid, status = 0;
	message m;

	child_pid = fork();
	if (child_pid == 0) {
		if (mnx_bind(DCID, 30) < EMOLERRCODE)
			_exit(1);
		/* The call may return before the signal comes. */
		mnx_receive(ANY, (long)&m);
		for (;;)
			pause();
	}
	do {
		mnx_getprocinfo(DCID, 30, &proc);
	} while (!TEST_BIT(proc.p_rts_flags, BIT_RECEIVING));
	expect("dc_end", mnx_dc_end(DCID), OK);
	expect("waitpid", waitpid(child_pid, &status, 0), child_pid);
	expect("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGPIPE);
	expect("dc_end again", mnx_dc_end(DCID), EMOLDCNOTRUN);
	expect("bind", mnx_bind(DCID, 1), EMOLDCNOTRUN);
}

int main(void)
{
	dvs_usr_t info;
	int nodeid;

	alarm(60);
	expect("getdvsinfo before", mnx_getdvsinfo(&info), DVS_NO_INIT);
	expect("dc_init before", mnx_dc_init(&dcu), EMOLDVSINIT);
	nodeid = mnx_dvs_init(NODEID, (long)&dvs);
	if (nodeid < 0) {
		printf("ERROR %d: Initializing DVS. Local node ID %d...\n", nodeid, NODEID);
		exit(EXIT_FAILURE);
	}
	expect("dvs_init", nodeid, NODEID);
	expect("dvs_init again", mnx_dvs_init(NODEID, NULL), EMOLDVSBUSY);
	check_dvs();
	expect("dc_init", mnx_dc_init((long)&dcu), NODEID);
	expect("dc_init again", mnx_dc_init(&dcu), EMOLRSCBUSY);
	check_dc();
	check_nodes();
	expect("dc_dump", mnx_dc_dump(), OK);
	check_end();
	expect("dvs_end", mnx_dvs_end(), OK);
	expect("dvs_end again", mnx_dvs_end(), EMOLDVSINIT);
	expect("getdvsinfo after", mnx_getdvsinfo(&info), DVS_NO_INIT);
	exit(EXIT_SUCCESS);
}
