// A kernel without IPv6, as ipv6.disable=1 makes it: preload it to have every socket of that family refused.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int socket(int domain, int type, int protocol) {
    if (domain == AF_INET6) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    return real(domain, type, protocol);
}

// What systemd asks (socket_ipv6_is_supported).
int access(const char *path, int mode) {
    if (strcmp(path, "/proc/net/if_inet6") == 0) {
        errno = ENOENT;
        return -1;
    }
    int (*real)(const char *, int) = (int (*)(const char *, int))dlsym(RTLD_NEXT, "access");
    return real(path, mode);
}
