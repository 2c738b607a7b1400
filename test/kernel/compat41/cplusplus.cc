// SPDX-License-Identifier: Apache-2.0
// A C++ program with a server object and its clients. Usage: cplusplus <dcid>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

class Endpoint
{
      public:
	Endpoint(int vmid, int nr) : vmid_(vmid), endpoint_(mnx_bind(vmid, nr))
	{
		if (endpoint_ <= EMOLERRCODE) {
			std::printf("bind %d: %s\n", nr, mnx_strerror(endpoint_));
			std::exit(1);
		}
	}
	~Endpoint()
	{
		mnx_unbind(vmid_, endpoint_);
	}
	int number() const
	{
		return endpoint_;
	}

      private:
	Endpoint(const Endpoint &);
	Endpoint &operator=(const Endpoint &);
	int vmid_;
	int endpoint_;
};

static const int SERVER = 16;

// Overload resolution sees the functions, not the casting macros.
static int call(int (*function)(int, message *), int peer, message *m)
{
	return function(peer, m);
}

static int client(int vmid, int nr)
{
	Endpoint me(vmid, nr);
	std::string text("from the client");
	message m = message();

	m.m_type = 7;
	m.m1_i1 = nr;
	m.m1_p1 = const_cast<char *>(text.data());
	m.m1_i2 = static_cast<int>(text.size());
	if (mnx_wait4bindep(SERVER) != SERVER || call(&mnx_sendrec, SERVER, &m) != OK)
		return 1;
	return m.m1_i1 == 2 * nr && m.m_source == SERVER ? 0 : 1;
}

static int serve(int vmid, int count)
{
	Endpoint me(vmid, SERVER);

	for (int i = 0; i < count; ++i) {
		message m;

		if (mnx_receive(ANY, reinterpret_cast<long>(&m)) != OK)
			return 1;
		std::vector<char> bytes(m.m1_i2);
		if (mnx_vcopy(m.m_source, m.m1_p1, SELF, &bytes[0], m.m1_i2) != OK)
			return 1;
		if (std::string(bytes.begin(), bytes.end()) != "from the client")
			return 1;
		m.m1_i1 *= 2;
		if (mnx_reply(m.m_source, &m) != OK)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0, status = 0;

	if (argc != 2)
		return 2;
	alarm(60);
	const int vmid = std::atoi(argv[1]);
	for (int nr = 40; nr < 44; ++nr)
		if (fork() == 0)
			_exit(client(vmid, nr));
	failed = serve(vmid, 4);
	while (wait(&status) > 0)
		failed |= status;
	int bound;
	if (mnx_wait4bind_T(&bound, TIMEOUT_NOWAIT) != EMOLAGAIN)
		failed = 1;
	proc_usr_t proc;
	const proc_usr_t *p = &proc;
	if (mnx_getprocinfo(vmid, SERVER, &proc) != OK || proc.p_rts_flags != SLOT_FREE)
		failed = 1;
	std::printf(PROC_USR_FORMAT, PROC_USR_FIELDS(p));
	return failed ? 1 : 0;
}
