// What the flood and the players share. Nothing here comes from the relay: what an attacker or a game would write.
#ifndef COMMON_H
#define COMMON_H
#include <stdarg.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// ADDRESS:PORT, IPv4.
static struct sockaddr_in parse_place(const char *text) {
    struct sockaddr_in place = {.sin_family = AF_INET};
    char address[64];
    const char *colon = strrchr(text, ':');
    if (!colon || colon - text >= (long)sizeof address) fail("'%s' is not ADDRESS:PORT", text);
    memcpy(address, text, (size_t)(colon - text));
    address[colon - text] = 0;
    long port = strtol(colon + 1, NULL, 10);
    if (inet_pton(AF_INET, address, &place.sin_addr) != 1 || port < 1 || port > 65535) fail("'%s' is not ADDRESS:PORT", text);
    place.sin_port = htons((uint16_t)port);
    return place;
}

static int open_socket(uint32_t address, uint16_t port, int buffer) {
    int number = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
    if (number < 0 || bind(number, (struct sockaddr *)&place, sizeof place) != 0) fail("a socket: %s", strerror(errno));
    if (setsockopt(number, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
        setsockopt(number, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    return number;
}

// Little-endian, as on the wire.
static void put32(uint8_t *to, uint32_t word) {
    for (int byte = 0; byte < 4; byte++) to[byte] = (uint8_t)(word >> (8 * byte));
}
#endif
