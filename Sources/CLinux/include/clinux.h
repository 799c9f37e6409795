// What Glibc's Swift module lacks of Linux: epoll, batches of datagrams, packet info, socket filters, CPU affinity.
// Header-only. Functions that glibc hides behind _GNU_SOURCE are bound to their symbols by an asm label, with a mirror
// of their structures whose size is asserted, so that no feature macro changes how Glibc's own module is read.
#ifndef CLINUX_H
#define CLINUX_H

#include <linux/filter.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <time.h>

// recvmmsg(2), sendmmsg(2)

/// Mirror of `struct mmsghdr`: one message of a batch and, after the call, its length in bytes.
struct clinux_mmsghdr {
    struct msghdr msg_hdr;
    unsigned int msg_len;
};
_Static_assert(sizeof(struct clinux_mmsghdr) == 64, "struct mmsghdr is 64 bytes on 64-bit Linux");
_Static_assert(offsetof(struct clinux_mmsghdr, msg_len) == 56, "msg_len follows msg_hdr");

int clinux_recvmmsg(int fd, struct clinux_mmsghdr *messages, unsigned int count, int flags, struct timespec *timeout)
    __asm__("recvmmsg");
int clinux_sendmmsg(int fd, struct clinux_mmsghdr *messages, unsigned int count, int flags) __asm__("sendmmsg");

// ip(7), ipv6(7): packet info

/// Mirror of `struct in_pktinfo`.
struct clinux_in_pktinfo {
    int32_t interface_index;
    uint32_t source;       // ipi_spec_dst: the local address, used as source when sending
    uint32_t destination;  // ipi_addr: the header's destination
};
_Static_assert(sizeof(struct clinux_in_pktinfo) == 12, "struct in_pktinfo is 12 bytes");

/// Mirror of `struct in6_pktinfo`.
struct clinux_in6_pktinfo {
    uint8_t address[16];
    uint32_t interface_index;
};
_Static_assert(sizeof(struct clinux_in6_pktinfo) == 20, "struct in6_pktinfo is 20 bytes");

enum {
    CLINUX_IP_TOS = 1,
    CLINUX_IP_PKTINFO = 8,
    CLINUX_IP_MTU_DISCOVER = 10,
    CLINUX_IPV6_MTU_DISCOVER = 23,
    CLINUX_IPV6_TCLASS = 67,
    /// The same for both families.
    CLINUX_PMTUDISC_DONT = 0,
    CLINUX_PMTUDISC_OMIT = 5,
    CLINUX_IPV6_RECVPKTINFO = 49,
    CLINUX_IPV6_PKTINFO = 50,
    CLINUX_SO_RCVBUFFORCE = 33,
    CLINUX_SO_SNDBUFFORCE = 32,
    CLINUX_SO_ATTACH_REUSEPORT_CBPF = 51,
    CLINUX_SO_MEMINFO = 55,
    CLINUX_SOL_UDP = 17,
    CLINUX_UDP_SEGMENT = 103,
    CLINUX_UDP_GRO = 104,
    CLINUX_MFD_CLOEXEC = 1,
    CLINUX_SEEK_DATA = 3,
    CLINUX_SEEK_HOLE = 4,
    /// Lengths of the control messages, and where the address stands in the first two.
    CLINUX_PKTINFO4_SPACE = 32,
    CLINUX_PKTINFO4_ADDRESS = 20,
    CLINUX_PKTINFO6_SPACE = 40,
    CLINUX_PKTINFO6_ADDRESS = 16,
    CLINUX_SEGMENT_SPACE = 24,
    CLINUX_SEGMENT_SIZE = 16,
};
_Static_assert(CMSG_SPACE(sizeof(struct clinux_in_pktinfo)) == CLINUX_PKTINFO4_SPACE, "room for in_pktinfo");
_Static_assert(CMSG_SPACE(sizeof(struct clinux_in6_pktinfo)) == CLINUX_PKTINFO6_SPACE, "room for in6_pktinfo");
_Static_assert(CMSG_SPACE(sizeof(uint16_t)) == CLINUX_SEGMENT_SPACE, "room for a segment size");

/// The local address a datagram came to, in network order: 4 or 16 bytes into `address`. Returns its family, or 0 where
/// the kernel attached none.
static inline int clinux_read_pktinfo(const struct msghdr *message, void *address) {
    struct msghdr *m = (struct msghdr *)message;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == CLINUX_IP_PKTINFO) {
            struct clinux_in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            memcpy(address, &info.source, 4);
            return AF_INET;
        }
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == CLINUX_IPV6_PKTINFO) {
            memcpy(address, CMSG_DATA(c), 16);
            return AF_INET6;
        }
    }
    return 0;
}

/// Writes the control message that makes an IPv4 datagram leave from `address` (network order). Returns its length.
static inline size_t clinux_write_pktinfo4(void *control, const void *address) {
    struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(struct clinux_in_pktinfo)),
                             .cmsg_level = IPPROTO_IP,
                             .cmsg_type = CLINUX_IP_PKTINFO};
    struct clinux_in_pktinfo info = {0};
    memcpy(&info.source, address, 4);
    memcpy(control, &header, sizeof header);
    memcpy((char *)control + CMSG_ALIGN(sizeof header), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

/// Writes the control message that makes an IPv6 datagram leave from `address` (network order). Returns its length.
static inline size_t clinux_write_pktinfo6(void *control, const void *address) {
    struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(struct clinux_in6_pktinfo)),
                             .cmsg_level = IPPROTO_IPV6,
                             .cmsg_type = CLINUX_IPV6_PKTINFO};
    struct clinux_in6_pktinfo info = {0};
    memcpy(info.address, address, 16);
    memcpy(control, &header, sizeof header);
    memcpy((char *)control + CMSG_ALIGN(sizeof header), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

/// Writes the control message that makes the kernel cut what is sent into datagrams of `size` bytes, the last one shorter
/// (udp(7), UDP_SEGMENT). Returns its length.
static inline size_t clinux_write_segment(void *control, uint16_t size) {
    struct cmsghdr header = {
        .cmsg_len = CMSG_LEN(sizeof size), .cmsg_level = CLINUX_SOL_UDP, .cmsg_type = CLINUX_UDP_SEGMENT};
    memcpy(control, &header, sizeof header);
    memcpy((char *)control + CMSG_ALIGN(sizeof header), &size, sizeof size);
    return CMSG_SPACE(sizeof size);
}

/// When the datagram that was last read from a socket came to the machine, of CLOCK_REALTIME (socket(7), SIOCGSTAMPNS; the
/// first call makes the kernel stamp what arrives from then on). Returns 0 on success.
static inline int clinux_last_arrival(int fd, struct timespec *arrival) {
    // SIOCGSTAMPNS_OLD, whose timespec is the 64-bit one on 64-bit Linux.
    _Static_assert(sizeof(struct timespec) == 16, "two 64-bit words");
    return ioctl(fd, 0x8907, arrival);
}

// sched_setaffinity(2), gettid(2)

/// `mask` is a bit mask of CPUs, `size` its length in bytes (a multiple of 8).
int clinux_sched_setaffinity(pid_t pid, size_t size, const void *mask) __asm__("sched_setaffinity");
int clinux_sched_getaffinity(pid_t pid, size_t size, void *mask) __asm__("sched_getaffinity");
pid_t clinux_gettid(void) __asm__("gettid");

/// `name` has at most 15 bytes.
int clinux_pthread_setname(pthread_t thread, const char *name) __asm__("pthread_setname_np");

// malloc_trim(3)

int clinux_malloc_trim(size_t pad) __asm__("malloc_trim");

// memfd_create(2)

int clinux_memfd_create(const char *name, unsigned int flags) __asm__("memfd_create");

#endif
