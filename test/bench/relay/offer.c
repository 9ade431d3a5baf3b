/*
 * offer PORT RATE SECONDS PATIENCE: offers an HTTP service on this host RATE new connections a second, whether or not it keeps up with them
 * (an open loop), each for one request. Who has no answer within PATIENCE ms leaves. Prints as JSON what became of them. In C, because whoever
 * measures must cost less than what is measured.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 1024

static const char REQUEST[] = "GET / HTTP/1.0\r\n\r\n";

enum state { UNBORN, CONNECTING, ASKED, ANSWERED, GONE };

struct client {
    int fd;
    enum state state;
    double started_at;
};

static struct sockaddr_in place;
static int epoll_fd;
static double *took, *refused_after;
static long served, served_in_time, refused, late, open_clients;
static double offering_ends_at;

static void fail(const char *what) {
    fprintf(stderr, "offer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void leave(struct client *client) {
    close(client->fd);
    client->state = GONE;
    open_clients--;
}

static void be_refused(struct client *client) {
    refused_after[refused++] = now_ms() - client->started_at;
    leave(client);
}

static void come(struct client *client) {
    const int on = 1;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = client};
    client->started_at = now_ms();
    client->state = CONNECTING;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0) fail("socket");
    open_clients++;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (struct sockaddr *)&place, sizeof place) < 0 && errno != EINPROGRESS) {
        if (errno != ECONNREFUSED && errno != ECONNRESET) fail("connect");
        be_refused(client);
        return;
    }
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0) fail("epoll_ctl");
}

static void ask(struct client *client) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0 || write(client->fd, REQUEST, sizeof REQUEST - 1) < 0) {
        be_refused(client);
        return;
    }
    client->state = ASKED;
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

static void hear(struct client *client) {
    char buffer[65536];
    const ssize_t length = read(client->fd, buffer, sizeof buffer);
    if (length < 0 && errno == EAGAIN) return;
    if (length > 0) {
        if (client->state == ASKED) {
            const double now = now_ms();
            took[served++] = now - client->started_at;
            if (now <= offering_ends_at) served_in_time++;
            client->state = ANSWERED;
        }
        return;
    }
    if (client->state == ASKED) be_refused(client);
    else leave(client);
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double part(const double *sorted, long count, double share) {
    return count == 0 ? 0 : sorted[(long)(count * share)];
}

int main(int argc, char **argv) {
    struct epoll_event events[EVENTS];
    if (argc != 5) {
        fprintf(stderr, "usage: offer PORT RATE SECONDS PATIENCE\n");
        return 64;
    }
    const double rate = atof(argv[2]), seconds = atof(argv[3]), patience = atof(argv[4]);
    const long count = rate * seconds;
    if (count < 1 || patience < 1) return 64;
    place.sin_family = AF_INET;
    place.sin_port = htons(atoi(argv[1]));
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll_fd = epoll_create1(0);
    struct client *clients = calloc(count, sizeof *clients);
    took = malloc(count * sizeof *took);
    refused_after = malloc(count * sizeof *refused_after);

    const double started_at = now_ms();
    offering_ends_at = started_at + seconds * 1e3;
    long come_so_far = 0, oldest = 0;
    double last_came_at = started_at;
    while (come_so_far < count || open_clients > 0) {
        double now = now_ms();
        while (come_so_far < count && started_at + come_so_far * 1e3 / rate <= now) {
            come(&clients[come_so_far++]);
            last_came_at = now = now_ms();
        }
        for (; oldest < come_so_far; oldest++) {
            struct client *client = &clients[oldest];
            if (client->state == GONE) continue;
            if (now - client->started_at < patience) break;
            if (client->state != ANSWERED) late++;
            leave(client);
        }
        const int ready = epoll_wait(epoll_fd, events, EVENTS, 1);
        for (int index = 0; index < ready; index++) {
            struct client *client = events[index].data.ptr;
            if (client->state == CONNECTING) ask(client);
            else if (client->state != GONE) hear(client);
        }
    }
    qsort(took, served, sizeof *took, compare);
    qsort(refused_after, refused, sizeof *refused_after, compare);
    printf("{\"offered\":%ld,\"rate\":%.1f,\"served\":%ld,\"servedRate\":%.1f,\"refused\":%ld,\"late\":%ld,", count,
           count * 1e3 / (last_came_at - started_at), served, served_in_time / seconds, refused, late);
    printf("\"p50\":%.3f,\"p99\":%.3f,\"most\":%.3f,\"refusedP50\":%.3f,\"refusedP99\":%.3f}\n", part(took, served, 0.5),
           part(took, served, 0.99), served == 0 ? 0 : took[served - 1], part(refused_after, refused, 0.5),
           part(refused_after, refused, 0.99));
    return 0;
}
