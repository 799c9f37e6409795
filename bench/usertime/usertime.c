// Measures what a forwarder spends outside of the kernel for each datagram: preloaded into it (LD_PRELOAD), it takes the
// processor's time stamp around every epoll_wait, recvmmsg and sendmmsg, and sums what lies between them. Works on any
// program that calls these through libc, so the floor and the relay are measured alike. Interrupts that hit user code are
// in the sum; spans longer than a millisecond (the thread was descheduled) are left out and counted.
//
// USERTIME_FILE names a file that it creates and keeps the counts in, mapped, so that a reader takes the difference of two
// moments: a double (time stamp ticks a nanosecond), then for each of 63 threads four 64-bit words (ticks outside of the
// kernel, datagrams received, spans, spans left out), 64 bytes each. See bench/compare/usertime.py.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

enum { THREADS = 63 };

struct counts {
    _Alignas(64) uint64_t ticks;
    uint64_t datagrams, spans, left_out;
};

struct page {
    _Alignas(64) double ticks_per_ns;
    struct counts threads[THREADS];
};

static struct page *page;
static int threads;
static uint64_t longest;
static __thread struct counts *mine;   // NULL until the thread has read a datagram
static __thread uint64_t left_kernel;  // when it last came back from one of the calls

static int (*real_epoll_wait)(int, struct epoll_event *, int, int);
static int (*real_recvmmsg)(int, struct mmsghdr *, unsigned, int, struct timespec *);
static int (*real_sendmmsg)(int, struct mmsghdr *, unsigned, int);

static uint64_t wall(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

__attribute__((constructor)) static void start(void) {
    real_epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
    real_recvmmsg = dlsym(RTLD_NEXT, "recvmmsg");
    real_sendmmsg = dlsym(RTLD_NEXT, "sendmmsg");
    const char *path = getenv("USERTIME_FILE");
    int file = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (file < 0 || ftruncate(file, sizeof *page)) return;
    struct page *mapped = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    uint64_t ticks = __rdtsc(), began = wall();
    usleep(50000);
    mapped->ticks_per_ns = (double)(__rdtsc() - ticks) / (wall() - began);
    longest = 1e6 * mapped->ticks_per_ns;
    page = mapped;
}

static void enter(void) {
    if (!mine) return;
    uint64_t span = __rdtsc() - left_kernel;
    if (span < longest) {
        mine->ticks += span;
        mine->spans++;
    } else {
        mine->left_out++;
    }
}

static void leave(int datagrams) {
    if (!mine) {
        if (datagrams <= 0 || !page) return;
        int index = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);
        if (index >= THREADS) return;
        mine = &page->threads[index];
    }
    if (datagrams > 0) mine->datagrams += datagrams;
    left_kernel = __rdtsc();
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout) {
    enter();
    int result = real_epoll_wait(epoll, events, count, timeout);
    leave(0);
    return result;
}

int recvmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout) {
    enter();
    int result = real_recvmmsg(socket, messages, count, flags, timeout);
    leave(result);
    return result;
}

int sendmmsg(int socket, struct mmsghdr *messages, unsigned count, int flags) {
    enter();
    int result = real_sendmmsg(socket, messages, count, flags);
    leave(0);
    return result;
}
