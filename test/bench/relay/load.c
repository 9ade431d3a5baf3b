/*
 * load KIND PORT COUNT [CONCURRENCY [PAUSE]]: asks an HTTP service on this host, or at LOAD_ADDRESS, and prints as JSON what it took. In C, because
 * whoever measures must cost less than what is measured: a proxy's new connections are not to be those of its clients.
 *
 *     requests     COUNT requests over CONCURRENCY connections that are kept
 *     bulk         COUNT bytes of /bulk at least, over one connection
 *     connections  COUNT connections of one request each, CONCURRENCY at a time; with CONCURRENCY 1, PAUSE ms apart
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONCURRENT 1024

static const char KEPT[] = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
static const char SINGLE[] = "GET / HTTP/1.0\r\n\r\n";
/* What the answer to KEPT ends with. */
static const char LAST_BYTE = '.';

struct client {
    int fd;
    int asked;
    int answered;
    double started_at;
};

static struct sockaddr_in place;
static int epoll_fd;
static long left, pause_ms;
static long open_clients;
static double *took;
static long taken;

static void fail(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void dial(struct client *client) {
    const int on = 1;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = client};
    client->asked = client->answered = 0;
    client->started_at = now_ms();
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0) fail("socket");
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (struct sockaddr *)&place, sizeof place) < 0 && errno != EINPROGRESS) fail("connect");
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0) fail("epoll_ctl");
    open_clients++;
}

static void hang_up(struct client *client) {
    close(client->fd);
    open_clients--;
}

static void ask(struct client *client, const char *request, size_t length) {
    if (write(client->fd, request, length) != (ssize_t)length) fail("write");
    client->asked = 1;
}

static void ask_first(struct client *client, const char *request, size_t length) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        errno = error;
        fail("connect");
    }
    ask(client, request, length);
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

static void take(struct client *client) { took[taken++] = now_ms() - client->started_at; }

static void hear_kept(struct client *client) {
    char buffer[65536];
    ssize_t length = read(client->fd, buffer, sizeof buffer);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0) fail("a connection that is kept ended");
    if (buffer[length - 1] != LAST_BYTE) return;
    take(client);
    if (left == 0) {
        hang_up(client);
        return;
    }
    left--;
    client->started_at = now_ms();
    ask(client, KEPT, sizeof KEPT - 1);
}

static void hear_single(struct client *client) {
    char buffer[65536];
    ssize_t length = read(client->fd, buffer, sizeof buffer);
    if (length < 0 && errno == EAGAIN) return;
    if (length < 0) fail("read");
    if (length > 0) {
        if (!client->answered) take(client);
        client->answered = 1;
        return;
    }
    if (!client->answered) {
        fprintf(stderr, "load: closed without an answer\n");
        exit(1);
    }
    hang_up(client);
    if (left == 0) return;
    left--;
    if (pause_ms > 0) usleep(pause_ms * 1000);
    dial(client);
}

static int download(long count) {
    static char buffer[262144];
    static const char ask_bulk[] = "GET /bulk HTTP/1.0\r\n\r\n";
    const double started_at = now_ms();
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&place, sizeof place) < 0) fail("connect");
    if (write(fd, ask_bulk, sizeof ask_bulk - 1) < 0) fail("write");
    for (long bytes = 0; bytes < count;) {
        const ssize_t length = read(fd, buffer, sizeof buffer);
        if (length <= 0) fail("read");
        bytes += length;
    }
    printf("{\"seconds\":%.6f}\n", (now_ms() - started_at) / 1e3);
    return 0;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    static struct client clients[MOST_CONCURRENT];
    struct epoll_event events[MOST_CONCURRENT];
    if (argc < 4) {
        fprintf(stderr, "usage: load requests|connections|bulk PORT COUNT [CONCURRENCY [PAUSE]]\n");
        return 64;
    }
    const int is_kept = strcmp(argv[1], "requests") == 0;
    const long count = atol(argv[3]);
    long concurrency = argc > 4 ? atol(argv[4]) : 1;
    pause_ms = argc > 5 ? atol(argv[5]) : 0;
    if (count < 1 || concurrency < 1 || concurrency > MOST_CONCURRENT || (pause_ms > 0 && concurrency != 1)) return 64;
    place.sin_family = AF_INET;
    place.sin_port = htons(atoi(argv[2]));
    const char *address = getenv("LOAD_ADDRESS");
    place.sin_addr.s_addr = address ? inet_addr(address) : htonl(INADDR_LOOPBACK);
    if (strcmp(argv[1], "bulk") == 0) return download(count);
    epoll_fd = epoll_create1(0);
    took = malloc(count * sizeof *took);
    left = count;

    const double started_at = now_ms();
    for (long index = 0; index < concurrency && left > 0; index++) {
        left--;
        dial(&clients[index]);
    }
    while (open_clients > 0) {
        const int ready = epoll_wait(epoll_fd, events, MOST_CONCURRENT, 60000);
        if (ready == 0) {
            fprintf(stderr, "load: nobody said a word for a minute\n");
            return 1;
        }
        for (int index = 0; index < ready; index++) {
            struct client *client = events[index].data.ptr;
            if (!client->asked && is_kept) ask_first(client, KEPT, sizeof KEPT - 1);
            else if (!client->asked) ask_first(client, SINGLE, sizeof SINGLE - 1);
            else if (is_kept) hear_kept(client);
            else hear_single(client);
        }
    }
    const double seconds = (now_ms() - started_at) / 1e3;
    qsort(took, taken, sizeof *took, compare);
    printf("{\"seconds\":%.6f,\"p50\":%.6f,\"p99\":%.6f}\n", seconds, took[(long)(taken * 0.5)], took[(long)(taken * 0.99)]);
    return taken == count ? 0 : 1;
}
