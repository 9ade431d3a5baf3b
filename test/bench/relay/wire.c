/*
 * wire ONE OTHER DELAY LOSS RATE: passes frames between two interfaces of this host, as a wireless link would: each DELAY ms after it came, at most
 * RATE Mbit/s each way behind a queue of 128 KiB, and LOSS in a thousand never. In user space, because not every kernel has netem.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 16384
#define LONGEST 66000
#define QUEUE_BYTES 131072

struct frame {
    double due;
    ssize_t length;
    char *bytes;
};

/* One direction: frames are due in the order in which they came. */
struct way {
    int from, to;
    /* When the last one is through. */
    double free_at;
    struct frame frames[SLOTS];
    unsigned long first, next;
};

static double delay, rate;
static long loss;

static void fail(const char *what) {
    fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int open_port(const char *name) {
    const int on = 1, room = 8 << 20;
    struct sockaddr_ll place = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
    struct packet_mreq all = {.mr_ifindex = place.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
    const int port = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
    if (place.sll_ifindex == 0 || port < 0) fail(name);
    /* Sums that were left to a card are left to the next one. */
    if (setsockopt(port, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) < 0) fail("PACKET_VNET_HDR");
    if (setsockopt(port, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0) fail("promiscuous");
    setsockopt(port, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (bind(port, (struct sockaddr *)&place, sizeof place) < 0) fail("bind");
    return port;
}

static void take(struct way *way) {
    static char buffer[LONGEST];
    for (;;) {
        struct sockaddr_ll sender;
        socklen_t size = sizeof sender;
        const ssize_t length = recvfrom(way->from, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &size);
        if (length < 0) {
            if (errno == EAGAIN || errno == ENETDOWN) return;
            fail("recvfrom");
        }
        if (sender.sll_pkttype == PACKET_OUTGOING || random() % 1000 < loss) continue;
        const double now = now_ms();
        const double begins = way->free_at > now ? way->free_at : now;
        const int is_full = (begins - now) * rate * 125 > QUEUE_BYTES || way->next - way->first == SLOTS;
        if (is_full) continue;
        struct frame *frame = &way->frames[way->next++ % SLOTS];
        way->free_at = begins + length / (rate * 125);
        *frame = (struct frame){.due = way->free_at + delay, .length = length, .bytes = malloc(length)};
        memcpy(frame->bytes, buffer, length);
    }
}

/* Returns how many ms there are until the next one is due. */
static double give(struct way *way) {
    for (; way->first < way->next; way->first++) {
        struct frame *frame = &way->frames[way->first % SLOTS];
        const double left = frame->due - now_ms();
        if (left > 0) return left;
        (void)!write(way->to, frame->bytes, frame->length);
        free(frame->bytes);
    }
    return 1000;
}

int main(int argc, char **argv) {
    static struct way ways[2];
    if (argc != 6) {
        fprintf(stderr, "usage: wire ONE OTHER DELAY LOSS RATE\n");
        return 64;
    }
    const int one = open_port(argv[1]), other = open_port(argv[2]);
    delay = atof(argv[3]);
    loss = atol(argv[4]);
    rate = atof(argv[5]);
    ways[0].from = ways[1].to = one;
    ways[1].from = ways[0].to = other;
    srandom(1);
    printf("ready\n");
    fflush(stdout);
    struct pollfd polled[] = {{.fd = one, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    for (;;) {
        const double there = give(&ways[0]), back = give(&ways[1]);
        const double left = there < back ? there : back;
        struct timespec wait = {.tv_sec = (time_t)(left / 1e3), .tv_nsec = (long)(left * 1e6) % 1000000000};
        if (ppoll(polled, 2, &wait, NULL) < 0) fail("poll");
        take(&ways[0]);
        take(&ways[1]);
    }
}
