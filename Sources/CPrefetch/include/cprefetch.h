// What Swift has no word for: asking the processor to fetch a cache line that will be needed soon.
#ifndef CPREFETCH_H
#define CPREFETCH_H

/// Starts to fetch the cache line at `address` for reading and writing. Never faults, whatever the address.
static inline __attribute__((always_inline)) void cprefetch_line(const void *address) {
    __builtin_prefetch(address, 1, 3);
}

#endif
