// The floor: the barest forwarder of the relay's datagrams that epoll, recvmmsg and sendmmsg allow. It rewrites the same
// headers and learns the same addresses as a relay, and checks nothing: no tokens, no roaming, no limits, no counters but
// two. What it costs is the limit of the method on the machine it runs on. Not for use anywhere but in a benchmark.
//
// usage: floor [--bind ADDRESS] [--server-port PORT] [--client-port PORT] [--batch N] [--buffer BYTES] [--segment] [--gro] [--pktinfo]
//
//   --batch N       datagrams a system call, 1 ... 64 (64)
//   --buffer BYTES  socket buffers, forced past net.core.rmem_max where allowed (4194304)
//   --segment       datagrams to one address leave together (UDP_SEGMENT), for what that gives alone
//   --gro           take in what came from one address as one message (UDP_GRO), for what that gives alone
//   --pktinfo       take and give the local address with every datagram, as a server on a wildcard address must
//
// Prints one line when it listens, and its counts when SIGTERM or SIGINT ends it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { MAX_BATCH = 64, BUFFER = 1280, GRO_BUFFER = 65536, CLIENTS = 16, SESSION_SLOTS = 1 << 18, USER_SLOTS = 1 << 21, PING = 1, DATA = 2 };

struct session {
    uint32_t token;  // 0: free
    uint32_t client_count;
    struct sockaddr_in host;
    struct sockaddr_in clients[CLIENTS];  // connection id - 1
};

struct user {
    uint64_t pair;  // user token, session token; 0: free
    uint32_t session;
    uint32_t id;
};

static struct session *sessions;
static struct user *users;
static volatile sig_atomic_t stopped;
static uint64_t received, forwarded;

static int batch = MAX_BATCH, buffer_bytes = 4 << 20, segments, with_gro, with_pktinfo;

static struct mmsghdr in[MAX_BATCH], out[MAX_BATCH];
static struct iovec in_vectors[MAX_BATCH], out_vectors[MAX_BATCH];
static struct sockaddr_in names[MAX_BATCH];
static uint8_t *bytes;  // MAX_BATCH buffers of `room` bytes
static size_t room = BUFFER;
static uint8_t in_controls[MAX_BATCH][64] __attribute__((aligned(64)));
static uint8_t out_controls[MAX_BATCH][64] __attribute__((aligned(64)));
static int out_count;

static uint64_t hash(uint64_t word) {
    word *= 0x9E3779B97F4A7C15u;
    return word ^ (word >> 32);
}

static struct session *find_session(uint32_t token) {
    uint32_t slot = hash(token) & (SESSION_SLOTS - 1);
    while (sessions[slot].token && sessions[slot].token != token) slot = (slot + 1) & (SESSION_SLOTS - 1);
    sessions[slot].token = token;
    return sessions + slot;
}

static struct user *find_user(uint64_t pair) {
    uint32_t slot = hash(pair) & (USER_SLOTS - 1);
    while (users[slot].pair && users[slot].pair != pair) slot = (slot + 1) & (USER_SLOTS - 1);
    if (!users[slot].pair) {
        struct session *session = find_session(pair >> 32);
        if (session->client_count == CLIENTS) return NULL;
        users[slot] = (struct user){pair, session - sessions, ++session->client_count};
    }
    return users + slot;
}

static void add(void *base, size_t length, struct sockaddr_in *to) {
    out_vectors[out_count] = (struct iovec){base, length};
    out[out_count].msg_hdr.msg_name = to;
    out_count++;
}

// Joins neighbours for one address and of one length (the last may be shorter) into one message with UDP_SEGMENT.
static int group(void) {
    int groups = 0;
    for (int i = 0; i < out_count;) {
        struct msghdr *m = &out[groups].msg_hdr;
        struct sockaddr_in *to = out[i].msg_hdr.msg_name;
        size_t size = out_vectors[i].iov_len, last = size;
        int n = 1;
        while (i + n < out_count && last == size && out_vectors[i + n].iov_len <= size && n < 64 &&
               ((struct sockaddr_in *)out[i + n].msg_hdr.msg_name)->sin_port == to->sin_port &&
               ((struct sockaddr_in *)out[i + n].msg_hdr.msg_name)->sin_addr.s_addr == to->sin_addr.s_addr)
            last = out_vectors[i + n++].iov_len;
        m->msg_name = to;
        m->msg_iov = out_vectors + i;
        m->msg_iovlen = n;
        m->msg_control = NULL;
        m->msg_controllen = 0;
        if (n > 1) {
            struct cmsghdr *c = (struct cmsghdr *)out_controls[groups];
            *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(2), .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT};
            uint16_t segment = size;
            memcpy(CMSG_DATA(c), &segment, 2);
            m->msg_control = c;
            m->msg_controllen = CMSG_SPACE(2);
        }
        i += n;
        groups++;
    }
    return groups;
}

static void flush(int socket) {
    int messages = segments ? group() : out_count;
    for (int sent = 0; sent < messages;) {
        int result = sendmmsg(socket, out + sent, messages - sent, 0);
        if (result > 0)
            sent += result;
        else if (errno != EINTR)
            sent++;
    }
    forwarded += out_count;
    out_count = 0;
}

static void reply(int socket, uint8_t *data, struct sockaddr_in *name) {
    data[0] = PING;
    data[1] = 2;
    sendto(socket, data, 2, 0, (struct sockaddr *)name, sizeof *name);
}

static void from_client(int socket, uint8_t *data, size_t length, struct sockaddr_in *name) {
    uint64_t pair;
    memcpy(&pair, data, 8);
    struct user *user = find_user(pair);
    if (!user) return;
    struct session *session = sessions + user->session;
    session->clients[user->id - 1] = *name;
    if (data[8] == PING) {
        reply(socket, data, name);
    } else if (session->host.sin_port && length > 9) {
        data[4] = DATA;
        memcpy(data + 5, &user->id, 4);
        add(data + 4, length - 4, &session->host);
    }
}

static void from_host(int socket, uint8_t *data, size_t length, struct sockaddr_in *name) {
    uint32_t token, id;
    memcpy(&token, data + 4, 4);
    struct session *session = find_session(token);
    session->host = *name;
    if (data[8] == PING) {
        reply(socket, data, name);
    } else if (length > 13) {
        memcpy(&id, data + 9, 4);
        if (id - 1 >= session->client_count) return;
        data[12] = DATA;
        add(data + 12, length - 12, &session->clients[id - 1]);
    }
}

// The length of each datagram in a received message but the last: all of it unless several came together.
static size_t segment_of(struct msghdr *message, size_t length) {
    int size = 0;
    if (with_gro)
        for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
            if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) memcpy(&size, CMSG_DATA(c), sizeof size);
    return size ? (size_t)size : length;
}

// Reads what waits in one socket and sends it out of the other. Returns how many datagrams there were.
static int serve(int from, int to, int is_client) {
    for (int i = 0; i < batch; i++) {
        in[i].msg_hdr.msg_namelen = sizeof names[i];
        if (with_pktinfo || with_gro) in[i].msg_hdr.msg_controllen = sizeof in_controls[i];
    }
    int count = recvmmsg(from, in, batch, 0, NULL);
    if (count <= 0) return 0;
    for (int i = 0; i < count; i++) {
        size_t length = in[i].msg_len, segment = segment_of(&in[i].msg_hdr, length);
        for (size_t start = 0; start < length; start += segment) {
            size_t size = length - start < segment ? length - start : segment;
            received++;
            if (size < 9) continue;
            if (out_count == MAX_BATCH) flush(to);
            int before = out_count;
            (is_client ? from_client : from_host)(from, bytes + i * room + start, size, &names[i]);
            if (with_pktinfo && out_count > before) {
                // All is on one address here: where it came to is where it may leave from.
                out[before].msg_hdr.msg_control = in[i].msg_hdr.msg_control;
                out[before].msg_hdr.msg_controllen = in[i].msg_hdr.msg_controllen;
                memset((uint8_t *)in[i].msg_hdr.msg_control + sizeof(struct cmsghdr), 0, 4);
            }
        }
    }
    if (out_count) flush(to);
    return count;
}

static int open_socket(const char *address, int port) {
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, 4))
        setsockopt(s, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, 4);
    if (setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &buffer_bytes, 4))
        setsockopt(s, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, 4);
    if (with_pktinfo) setsockopt(s, IPPROTO_IP, IP_PKTINFO, &on, 4);
    if (with_gro) setsockopt(s, IPPROTO_UDP, UDP_GRO, &on, 4);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, address, &name.sin_addr) != 1) {
        fprintf(stderr, "floor: --bind %s is no IPv4 address\n", address);
        exit(2);
    }
    if (s < 0 || bind(s, (struct sockaddr *)&name, sizeof name)) {
        fprintf(stderr, "floor: cannot bind %s:%d: %s\n", address, port, strerror(errno));
        exit(2);
    }
    return s;
}

static int port_of(int socket) {
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    getsockname(socket, (struct sockaddr *)&name, &length);
    return ntohs(name.sin_port);
}

static void stop(int signal) {
    (void)signal;
    stopped = 1;
}

int main(int argc, char **argv) {
    const char *address = "127.0.0.1";
    int server_port = 0, client_port = 0, option;
    static const struct option options[] = {
        {"bind", 1, 0, 'b'},   {"server-port", 1, 0, 's'}, {"client-port", 1, 0, 'c'}, {"batch", 1, 0, 'n'},
        {"buffer", 1, 0, 'B'}, {"segment", 0, 0, 'g'},     {"gro", 0, 0, 'r'},         {"pktinfo", 0, 0, 'p'}, {0}};
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'b': address = optarg; break;
        case 's': server_port = atoi(optarg); break;
        case 'c': client_port = atoi(optarg); break;
        case 'n': batch = atoi(optarg); break;
        case 'B': buffer_bytes = atoi(optarg); break;
        case 'g': segments = 1; break;
        case 'r': with_gro = 1; break;
        case 'p': with_pktinfo = 1; break;
        default: return 2;
        }
    }
    if (batch < 1 || batch > MAX_BATCH) {
        fprintf(stderr, "floor: --batch is 1 to %d\n", MAX_BATCH);
        return 2;
    }
    sessions = calloc(SESSION_SLOTS, sizeof *sessions);
    users = calloc(USER_SLOTS, sizeof *users);
    if (with_gro) room = GRO_BUFFER;
    bytes = aligned_alloc(4096, MAX_BATCH * room);
    if (!sessions || !users || !bytes) return 2;
    for (int i = 0; i < MAX_BATCH; i++) {
        in_vectors[i] = (struct iovec){bytes + i * room, with_gro ? GRO_BUFFER - 1 : 1201};
        in[i].msg_hdr = (struct msghdr){.msg_name = &names[i], .msg_iov = &in_vectors[i], .msg_iovlen = 1};
        if (with_pktinfo || with_gro) in[i].msg_hdr.msg_control = in_controls[i];
        out[i].msg_hdr = (struct msghdr){.msg_namelen = sizeof names[i], .msg_iov = &out_vectors[i], .msg_iovlen = 1};
    }
    int server = open_socket(address, server_port), client = open_socket(address, client_port);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = server};
    epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event);
    event.data.fd = client;
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    printf("floor: listening on %s, server port %d, client port %d\n", address, port_of(server), port_of(client));
    fflush(stdout);
    while (!stopped) {
        struct epoll_event events[2];
        int ready = epoll_wait(epoll, events, 2, -1);
        for (int i = 0; i < ready; i++) {
            int from = events[i].data.fd;
            // As the relay does: at most four batches, then the other socket has its turn.
            for (int round = 0; round < 4; round++)
                if (serve(from, from == client ? server : client, from == client) < batch) break;
        }
    }
    printf("floor: received %llu, forwarded %llu\n", (unsigned long long)received, (unsigned long long)forwarded);
    return 0;
}
