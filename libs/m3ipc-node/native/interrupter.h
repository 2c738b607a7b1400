// SPDX-License-Identifier: Apache-2.0
// Ends the system call in which a thread blocks. A signal that comes just before the call blocks would be lost, so a timer
// repeats it until the thread says that the call is over.
#pragma once

#include <ctime>

class Interrupter {
public:
  // Run by the thread that is to be interrupted, which must not block Signal(). Returns 0 or -errno.
  int Open();
  void Close();

  // From here on, until Disarm(), blocking calls of the thread end with EINTR. Any thread; not concurrently with itself.
  void Arm();
  // Run by the interrupted thread: on return no signal is on its way any more. Costs nothing unless armed.
  void Disarm();

  // The signal: far from those that programs and runtimes use.
  static int Signal();

private:
  timer_t timer_{};
  bool armed_ = false;
};
