// SPDX-License-Identifier: Apache-2.0
#include "interrupter.h"

#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr long kAtOnceNs = 1;
constexpr long kAgainNs = 1000000;

void Set(timer_t timer, long first, long interval) {
  itimerspec times = {};
  times.it_value.tv_nsec = first;
  times.it_interval.tv_nsec = interval;
  timer_settime(timer, 0, &times, nullptr);
}

} // namespace

int Interrupter::Signal() {
  return SIGRTMAX - 3;
}

int Interrupter::Open() {
  struct sigaction action = {};
  action.sa_handler = [](int) {}; // its arrival is all; no SA_RESTART: the call must end
  if (sigaction(Signal(), &action, nullptr) != 0) return -errno;
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = Signal();
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid)); // glibc before 2.34 has no other name for it
  return timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0 ? 0 : -errno;
}

void Interrupter::Close() {
  timer_delete(timer_);
}

void Interrupter::Arm() {
  if (armed_) return;
  armed_ = true;
  Set(timer_, kAtOnceNs, kAgainNs);
}

void Interrupter::Disarm() {
  if (!armed_) return;
  armed_ = false;
  Set(timer_, 0, 0); // a signal already queued is delivered as this call returns
}
