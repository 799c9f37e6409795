// Counts every allocation of a process, thread by thread, by taking the place of malloc(3) and its relatives in front of
// glibc's own. For test executables only: linking this module is enough to be counted.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>
#include <sys/types.h>

/// Allocations and frees of the calling thread so far.
uint64_t allocation_counter_here(void);

/// Allocations and frees so far of the thread with this id in the kernel; 0 where it never allocated.
uint64_t allocation_counter_of(pid_t thread);

/// While not 0, the next allocation or free of the calling thread aborts: for a debugger.
void allocation_counter_trap(int is_on);

#endif
