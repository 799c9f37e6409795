// A flood of bad datagrams at a fixed rate, from a program that shares nothing with the relay.
//
// usage: flood --to ADDRESS:PORT [--to ...] --pps N --seconds S --kinds KIND[,KIND...] [--tokens FILE] [--sources N]
//              [--net N] [--steer WORKER/WORKERS]
//        flood --sink ADDRESS:PORT          reads and throws away until it is told to end: what a flood costs a machine
//
//   --kinds     random      no session has these tokens
//               wrong-user  a session's token, and none of its users'
//               short       0 to 8 bytes
//               oversize    1,201 to 1,400 bytes behind good tokens
//               bad-type    good tokens and a type that is none
//               bad-length  good tokens, and a PING that is too long
//               replayed    a player's DATA as it is, from another address
//               they take turns
//   --tokens    lines of "SESSION USER"; - is standard input. Never an argument: other users of the machine can read those
//   --sources   sockets on 127.NET.0.1, 127.NET.0.2 ...: for the relay as many strangers
//   --net       NET (1): another one is strangers whom no relay has counted guesses of yet
//   --steer     random session tokens that the kernel gives to this worker: the token's bytes from the first to the last as a
//               number, modulo the number of workers
//
// Prints one line of JSON: what was sent of each kind, and how long it took. It sends less where it gets no processor.
#define _GNU_SOURCE
#include "common.h"
#include <getopt.h>
#include <signal.h>
#include <sys/resource.h>

enum { BATCH = 32, ROOM = 1408, MAX_TARGETS = 8, MAX_SOURCES = 4096, MAX_TOKENS = 4096, KINDS = 7 };
static const char *const kind_names[KINDS] = {"random", "wrong-user", "short", "oversize", "bad-type", "bad-length", "replayed"};
enum kind { RANDOM, WRONG_USER, SHORT, OVERSIZE, BAD_TYPE, BAD_LENGTH, REPLAYED };

static struct sockaddr_in targets[MAX_TARGETS];
static int target_count, sources[MAX_SOURCES], source_count = 1, kinds[KINDS], kind_count, steered = -1, workers = 1;
static struct { uint32_t session, user; } tokens[MAX_TOKENS];
static int token_count;
static uint64_t state, sent[KINDS], refused;
static volatile sig_atomic_t stopped;

static void stop(int signal) { (void)signal; stopped = 1; }

// xorshift64*: good enough to look random, and quick.
static uint32_t next_random(void) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545F4914F6CDD1Dull) >> 32);
}

static uint32_t random_session(void) {
    for (;;) {
        uint32_t token = next_random() & 0x7FFFFFFF;
        if (token && (steered < 0 || (int)(__builtin_bswap32(token) % (uint32_t)workers) == steered)) return token;
    }
}

// Fills `to` with a datagram of this kind, and tells its length.
static size_t write_bad(uint8_t *to, enum kind kind) {
    int pick = token_count ? (int)(next_random() % (uint32_t)token_count) : 0;
    uint32_t session = tokens[pick].session, user = tokens[pick].user;
    if (kind == RANDOM || kind == SHORT) session = random_session();
    if (kind == RANDOM || kind == WRONG_USER) user = (next_random() & 0x7FFFFFFF) | 1;
    put32(to, user);
    put32(to + 4, session);
    to[8] = kind == BAD_TYPE ? (uint8_t)(3 + next_random() % 250) : kind == BAD_LENGTH ? 1 : 2;
    to[9] = 9;  // Not the beginning of a transport's hello.
    switch (kind) {
    case SHORT: return next_random() % 9;
    case OVERSIZE: return 1201 + next_random() % 200;
    case BAD_LENGTH: return 10 + next_random() % 20;
    default: return 9 + 1 + next_random() % 100;
    }
}

static void read_tokens(const char *path) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!file) fail("the file of tokens: %s", strerror(errno));
    while (token_count < MAX_TOKENS && fscanf(file, "%u %u", &tokens[token_count].session, &tokens[token_count].user) == 2) token_count++;
    if (file != stdin) fclose(file);
    if (!token_count) fail("there are no tokens in the file");
}

static void read_kinds(char *text) {
    for (char *name = strtok(text, ","); name; name = strtok(NULL, ",")) {
        int kind = 0;
        while (kind < KINDS && strcmp(kind_names[kind], name) != 0) kind++;
        if (kind == KINDS || kind_count == KINDS) fail("there is no kind '%s'", name);
        kinds[kind_count++] = kind;
    }
}

static void run_sink(const char *place_text) {
    struct sockaddr_in place = parse_place(place_text);
    int number = open_socket(ntohl(place.sin_addr.s_addr), ntohs(place.sin_port), 4 << 20);
    static uint8_t bytes[64][ROOM];
    struct iovec vectors[64];
    struct mmsghdr messages[64];
    uint64_t count = 0;
    while (!stopped) {
        for (int index = 0; index < 64; index++) {
            vectors[index] = (struct iovec){bytes[index], ROOM};
            messages[index].msg_hdr = (struct msghdr){.msg_iov = &vectors[index], .msg_iovlen = 1};
        }
        int got = recvmmsg(number, messages, 64, 0, NULL);
        if (got > 0) { count += (uint64_t)got; continue; }
        struct timespec pause = {0, 200000};
        nanosleep(&pause, NULL);
    }
    printf("{\"read\": %llu}\n", (unsigned long long)count);
}

static void run_flood(double rate, double seconds) {
    static uint8_t bytes[BATCH][ROOM];
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH];
    int kind_of[BATCH], turn = 0, round = 0;
    uint64_t start = now_ns(), end = start + (uint64_t)(seconds * 1e9), interval = (uint64_t)(1e9 * BATCH / rate), next = start;
    for (uint64_t now = start; now < end && !stopped; now = now_ns()) {
        if (now < next) {
            struct timespec until = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
            continue;
        }
        // What could not be sent in time for 20 ms is not made up for.
        next = now - next > 20000000u ? now : next + interval;
        struct sockaddr_in *to = &targets[round % target_count];
        for (int index = 0; index < BATCH; index++) {
            kind_of[index] = kinds[turn++ % kind_count];
            vectors[index] = (struct iovec){bytes[index], write_bad(bytes[index], (enum kind)kind_of[index])};
            messages[index].msg_hdr = (struct msghdr){.msg_name = to, .msg_namelen = sizeof *to, .msg_iov = &vectors[index], .msg_iovlen = 1};
        }
        int gone = sendmmsg(sources[round++ % source_count], messages, BATCH, 0);
        for (int index = 0; index < gone; index++) sent[kind_of[index]]++;
        if (gone < BATCH) refused += (uint64_t)(BATCH - (gone > 0 ? gone : 0));
    }
    uint64_t total = 0;
    for (int kind = 0; kind < KINDS; kind++) total += sent[kind];
    printf("{\"seconds\": %.3f, \"sent\": %llu, \"refused\": %llu", (double)(now_ns() - start) / 1e9, (unsigned long long)total, (unsigned long long)refused);
    for (int kind = 0; kind < KINDS; kind++)
        if (sent[kind]) printf(", \"%s\": %llu", kind_names[kind], (unsigned long long)sent[kind]);
    printf("}\n");
}

int main(int count, char **arguments) {
    static const struct option options[] = {
        {"to", 1, 0, 't'}, {"pps", 1, 0, 'p'}, {"seconds", 1, 0, 's'}, {"kinds", 1, 0, 'k'}, {"tokens", 1, 0, 'f'},
        {"sources", 1, 0, 'n'}, {"steer", 1, 0, 'w'}, {"sink", 1, 0, 'x'}, {"net", 1, 0, 'a'}, {0, 0, 0, 0},
    };
    double rate = 0, seconds = 0;
    const char *sink = NULL;
    uint32_t net = 1;
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) switch (option) {
        case 't':
            if (target_count == MAX_TARGETS) fail("too many targets");
            targets[target_count++] = parse_place(optarg);
            break;
        case 'p': rate = atof(optarg); break;
        case 's': seconds = atof(optarg); break;
        case 'k': read_kinds(optarg); break;
        case 'f': read_tokens(optarg); break;
        case 'n': source_count = atoi(optarg); break;
        case 'w':
            if (sscanf(optarg, "%d/%d", &steered, &workers) != 2 || workers < 1 || steered >= workers) fail("--steer wants WORKER/WORKERS");
            break;
        case 'a': net = (uint32_t)atoi(optarg); break;
        case 'x': sink = optarg; break;
        default: return 2;
        }
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    if (sink) { run_sink(sink); return 0; }
    if (!target_count || rate <= 0 || seconds <= 0 || !kind_count) fail("--to, --pps, --seconds and --kinds are needed");
    if (net < 1 || net > 254) fail("--net is 1 to 254");
    if (source_count < 1 || source_count > MAX_SOURCES) fail("--sources is 1 to %d", MAX_SOURCES);
    for (int index = 0; index < kind_count; index++)
        if (kinds[index] != RANDOM && kinds[index] != SHORT && !token_count) fail("%s wants --tokens", kind_names[kinds[index]]);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (getentropy(&state, sizeof state) != 0 || !state) state = now_ns();
    for (int index = 0; index < source_count; index++) sources[index] = open_socket(0x7F000001u + (net << 16) + (uint32_t)index, 0, 1 << 16);
    run_flood(rate, seconds);
    return 0;
}
