// Live games beside a flood: a host and a client in each session, who send at a fixed rate and count what arrives, session by
// session. Shares nothing with the relay and nothing with causeway-bench.
//
// usage: players --server ADDRESS:PORT --client ADDRESS:PORT --rate N
//
// Standard input: a line "SESSION HOST CLIENT" of tokens for each session, then commands:
//   play       the host and the client of every session introduce themselves, and play from then on
//   next       a new epoch begins; every datagram belongs to the one it was sent in
//   report N   prints a line of JSON on epoch N for each session, and one with "total" for all
//   stop       nobody sends any more
//   quit
#define _GNU_SOURCE
#include "common.h"
#include <getopt.h>
#include <poll.h>
#include <sys/epoll.h>

enum { MAX_SESSIONS = 256, MAX_EPOCHS = 512, DELAYS = 28, PAYLOAD = 100, SK_DROPS = 8, MEMINFO = 55 };

struct epoch {
    uint64_t sent[2], got[2];  // To the host, to the client.
    uint32_t delays[DELAYS];   // Arrivals by the logarithm of their delay in microseconds.
};
struct session {
    uint32_t token, user[2];  // Host, client.
    int socket[2];
    struct epoch epochs[MAX_EPOCHS];
};

static struct session *sessions;
static int session_count, now_epoch, plays;
static struct sockaddr_in places[2];  // The server port, the client port.
static uint64_t pings[MAX_EPOCHS], answers[MAX_EPOCHS], strange;

static uint32_t get32(const uint8_t *from) {
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static int send_from(struct session *session, int role, const uint8_t *bytes, size_t length) {
    return sendto(session->socket[role], bytes, length, 0, (struct sockaddr *)&places[role], sizeof places[role]) >= 0;
}

static void ping(struct session *session, int role) {
    uint8_t bytes[9];
    put32(bytes, session->user[role]);
    put32(bytes + 4, session->token);
    bytes[8] = 1;
    if (send_from(session, role, bytes, sizeof bytes)) pings[now_epoch]++;
}

// The host (role 0) sends to connection id 2, the client (role 1) to the host.
static void play(struct session *session, int role) {
    uint8_t bytes[13 + PAYLOAD] = {0};
    size_t header = role == 0 ? 13 : 9;
    put32(bytes, session->user[role]);
    put32(bytes + 4, session->token);
    bytes[8] = 2;
    if (role == 0) put32(bytes + 9, 2);
    uint8_t *payload = bytes + header;
    uint64_t now = now_ns();
    payload[0] = 7;  // Not the beginning of a transport's hello.
    put32(payload + 1, (uint32_t)now_epoch);
    put32(payload + 5, (uint32_t)(session - sessions));
    memcpy(payload + 9, &now, sizeof now);
    if (send_from(session, role, bytes, header + PAYLOAD)) session->epochs[now_epoch].sent[role == 0]++;
}

static void take(struct session *session, int role) {
    uint8_t bytes[1500];
    for (;;) {
        ssize_t length = recv(session->socket[role], bytes, sizeof bytes, 0);
        if (length < 0) return;
        if (length == 2 && bytes[0] == 1) { answers[now_epoch]++; continue; }
        size_t header = role == 0 ? 5 : 1;
        uint8_t *payload = bytes + header;
        if ((size_t)length != header + PAYLOAD || bytes[0] != 2 || payload[0] != 7 || get32(payload + 5) != (uint32_t)(session - sessions)
            || get32(payload + 1) >= MAX_EPOCHS || (role == 0 && get32(bytes + 1) != 2)) {
            strange++;
            continue;
        }
        struct epoch *epoch = &session->epochs[get32(payload + 1)];
        uint64_t then, delay;
        memcpy(&then, payload + 9, sizeof then);
        delay = (now_ns() - then) / 1000;
        int bucket = 0;
        while (delay > 1 && bucket < DELAYS - 1) { delay >>= 1; bucket++; }
        epoch->got[role]++;
        epoch->delays[bucket]++;
    }
}

static void report(int number) {
    uint32_t memory[9];
    uint64_t lost_here = 0;
    for (int index = 0; index < session_count; index++) {
        struct epoch *epoch = &sessions[index].epochs[number];
        printf("{\"session\": %d, \"sent\": [%llu, %llu], \"got\": [%llu, %llu], \"delays\": [", index, (unsigned long long)epoch->sent[0],
            (unsigned long long)epoch->sent[1], (unsigned long long)epoch->got[0], (unsigned long long)epoch->got[1]);
        for (int bucket = 0; bucket < DELAYS; bucket++) printf("%s%u", bucket ? ", " : "", epoch->delays[bucket]);
        printf("]}\n");
        for (int role = 0; role < 2; role++) {
            socklen_t length = sizeof memory;
            if (getsockopt(sessions[index].socket[role], SOL_SOCKET, MEMINFO, memory, &length) == 0) lost_here += memory[SK_DROPS];
        }
    }
    printf("{\"total\": true, \"pings\": %llu, \"answers\": %llu, \"strange\": %llu, \"lost_here\": %llu}\n", (unsigned long long)pings[number],
        (unsigned long long)answers[number], (unsigned long long)strange, (unsigned long long)lost_here);
    fflush(stdout);
}

// One command; false at the end.
static int obey(const char *line) {
    int number;
    struct session session = {0};
    if (strncmp(line, "quit", 4) == 0) return 0;
    if (strncmp(line, "next", 4) == 0) {
        if (now_epoch + 1 < MAX_EPOCHS) now_epoch++;
    } else if (strncmp(line, "play", 4) == 0) {
        plays = 1;
    } else if (strncmp(line, "stop", 4) == 0) {
        plays = 0;
    } else if (sscanf(line, "report %d", &number) == 1 && number >= 0 && number < MAX_EPOCHS) {
        report(number);
    } else if (sscanf(line, "%u %u %u", &session.token, &session.user[0], &session.user[1]) == 3 && session_count < MAX_SESSIONS) {
        for (int role = 0; role < 2; role++) session.socket[role] = open_socket(INADDR_LOOPBACK, 0, 4 << 20);
        sessions[session_count++] = session;
    } else {
        fail("a line that is no command");
    }
    return 1;
}

// Whole lines that have arrived on standard input; false at its end.
static int read_commands(void) {
    static char text[4096];
    static size_t length;
    ssize_t got = read(0, text + length, sizeof text - 1 - length);
    if (got <= 0) return 0;
    length += (size_t)got;
    text[length] = 0;
    for (char *end; (end = strchr(text, '\n'));) {
        *end = 0;
        if (!obey(text)) return 0;
        length -= (size_t)(end + 1 - text);
        memmove(text, end + 1, length + 1);
    }
    return 1;
}

int main(int count, char **arguments) {
    static const struct option options[] = {{"server", 1, 0, 's'}, {"client", 1, 0, 'c'}, {"rate", 1, 0, 'r'}, {0, 0, 0, 0}};
    double rate = 0;
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) switch (option) {
        case 's': places[0] = parse_place(optarg); break;
        case 'c': places[1] = parse_place(optarg); break;
        case 'r': rate = atof(optarg); break;
        default: return 2;
        }
    if (rate <= 0 || !places[0].sin_port || !places[1].sin_port) fail("--server, --client and --rate are needed");
    sessions = calloc(MAX_SESSIONS, sizeof *sessions);
    if (!sessions) fail("no memory");
    while (!plays)
        if (!read_commands()) return 0;
    if (!session_count) fail("no sessions");
    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event input = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    epoll_ctl(poller, EPOLL_CTL_ADD, 0, &input);
    for (int index = 0; index < 2 * session_count; index++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
        epoll_ctl(poller, EPOLL_CTL_ADD, sessions[index / 2].socket[index % 2], &event);
        ping(&sessions[index / 2], index % 2);
    }
    uint64_t flows = (uint64_t)session_count * 2, interval = (uint64_t)(1e9 / (rate * (double)flows)), turn = 0;
    uint64_t next = now_ns() + 500000000u, next_ping = next;
    for (;;) {
        uint64_t now = now_ns();
        if (!plays) next = next_ping = now + 100000000u;
        if (now >= next_ping) {
            // Transports say twice a second that they are there.
            for (uint64_t flow = 0; flow < flows; flow++) ping(&sessions[flow / 2], (int)(flow % 2));
            next_ping = now + 500000000u;
        }
        // A player who was kept waiting for long does not send what is old.
        if (now > next && now - next > 200000000u) next = now;
        for (int burst = 0; burst < 64 && next <= now; burst++, next += interval) {
            play(&sessions[turn % flows / 2], (int)(turn % 2));
            turn++;
        }
        struct epoll_event events[64];
        now = now_ns();
        struct timespec wait = {0, (long)(next > now ? next - now : 0)};
        int ready = epoll_pwait2(poller, events, 64, &wait, NULL);
        for (int index = 0; index < ready; index++) {
            uint32_t which = events[index].data.u32;
            if (which != UINT32_MAX) take(&sessions[which / 2], (int)(which % 2));
            else if (!read_commands()) return 0;
        }
    }
}
