/*
 * offer PORT RATE SECONDS PATIENCE: offers an HTTP service on this host RATE new connections a second, whether or not it keeps up with them
 * (an open loop), each for one request. Who was not answered, and told the end, within PATIENCE ms leaves. Whoever fails is counted by kind, and
 * the others go on coming. Prints as JSON what became of them. With SECONDS `-` they come until standard input ends, and each line of it begins
 * a new turn, which has a line of JSON of its own. In C, because whoever measures must cost less than what is measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "turn.h"

#define EVENTS 1024
/* So many may come before those who are there are looked at. */
#define MOST_AT_ONCE 256
static const char REQUEST[] = "GET / HTTP/1.0\r\n\r\n";

enum state { CONNECTING, ASKED, ANSWERED };

struct client {
    struct client *older, *younger;
    struct turn *turn;
    int fd;
    enum state state;
    double started_at, answered_after;
};

static struct sockaddr_in place;
static int epoll_fd;
static struct client *oldest, *youngest;
static struct turn *first_turn, *turn;

static void begin_turn(void) {
    struct turn *begun = take_memory(NULL, sizeof *begun);
    memset(begun, 0, sizeof *begun);
    begun->began_at = now_ms();
    if (turn == NULL) first_turn = begun;
    else {
        turn->next = begun;
        turn->ended_at = begun->began_at;
    }
    turn = begun;
}

static void leave(struct client *client) {
    if (client->fd >= 0) close(client->fd);
    if (client->older) client->older->younger = client->younger;
    else oldest = client->younger;
    if (client->younger) client->younger->older = client->older;
    else youngest = client->older;
    client->turn->open--;
    free(client);
}

static void be_refused(struct client *client, const char *how) {
    count_failure(client->turn, client->started_at, how);
    add(&client->turn->refused, now_ms() - client->started_at);
    leave(client);
}

static void be_refused_by(struct client *client, const char *what, int error) {
    char how[WORD];
    snprintf(how, sizeof how, "%s%s", what, strerrorname_np(error));
    be_refused(client, how);
}

static void be_late(struct client *client) {
    client->turn->late++;
    count_failure(client->turn, client->started_at, client->state == ANSWERED ? "answered, and no end" : "no answer");
    leave(client);
}

static void come(double due_at) {
    const int on = 1;
    struct client *client = take_memory(NULL, sizeof *client);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = client};
    client->older = youngest;
    client->younger = NULL;
    if (youngest) youngest->younger = client;
    else oldest = client;
    youngest = client;
    client->turn = turn;
    client->started_at = now_ms();
    client->state = CONNECTING;
    if (turn->offered++ == 0) turn->first_came_at = client->started_at;
    turn->last_came_at = client->started_at;
    turn->open++;
    if (client->started_at - due_at > turn->most_behind) turn->most_behind = client->started_at - due_at;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0) {
        be_refused_by(client, "socket: ", errno);
        return;
    }
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (struct sockaddr *)&place, sizeof place) < 0 && errno != EINPROGRESS) {
        be_refused_by(client, "", errno);
        return;
    }
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0) fail("epoll_ctl");
}

static void ask(struct client *client) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0 && write(client->fd, REQUEST, sizeof REQUEST - 1) < 0) error = errno;
    if (error != 0) {
        be_refused_by(client, "", error);
        return;
    }
    client->state = ASKED;
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

/* The last line of what a service says first is its name. */
static void hear_name(struct client *client, char *said, ssize_t length) {
    said[length] = 0;
    char *line = strrchr(said, '\n');
    line = line ? line + 1 : said;
    line[strnlen(line, WORD - 1)] = 0;
    for (char *letter = line; *letter; letter++)
        if (*letter < ' ' || *letter > '~' || *letter == '"' || *letter == '\\') *letter = '?';
    count_word(&client->turn->names, line);
}

static void hear(struct client *client) {
    static char buffer[65536 + 1];
    const ssize_t length = read(client->fd, buffer, sizeof buffer - 1);
    if (length < 0 && errno == EAGAIN) return;
    if (length > 0) {
        if (client->state == ANSWERED) return;
        client->answered_after = now_ms() - client->started_at;
        client->state = ANSWERED;
        hear_name(client, buffer, length);
        return;
    }
    if (length < 0) be_refused_by(client, client->state == ANSWERED ? "answered, then " : "", errno);
    else if (client->state == ASKED) be_refused(client, "ended without an answer");
    else {
        add(&client->turn->served, client->answered_after);
        if (client->turn->ended_at == 0) client->turn->served_meanwhile++;
        leave(client);
    }
}

/* Those that are over, and of which nobody is left. */
static void print_turns(void) {
    while (first_turn && first_turn->ended_at > 0 && first_turn->open == 0) {
        struct turn *over = first_turn;
        print_turn(over);
        first_turn = over->next;
        free(over->served.values);
        free(over->refused.values);
        free(over);
    }
}

/* Whether there is more to come. */
static int read_lines(void) {
    char buffer[256];
    const ssize_t length = read(STDIN_FILENO, buffer, sizeof buffer);
    if (length <= 0) return 0;
    for (ssize_t index = 0; index < length; index++)
        if (buffer[index] == '\n') begin_turn();
    return 1;
}

int main(int argc, char **argv) {
    struct epoll_event events[EVENTS];
    if (argc != 5) {
        fprintf(stderr, "usage: offer PORT RATE SECONDS|- PATIENCE\n");
        return 64;
    }
    const int is_told = strcmp(argv[3], "-") == 0;
    const double rate = atof(argv[2]), seconds = atof(argv[3]), patience = atof(argv[4]);
    const long count = rate * seconds;
    if (rate <= 0 || (!is_told && count < 1) || patience < 1) return 64;
    place.sin_family = AF_INET;
    place.sin_port = htons(atoi(argv[1]));
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll_fd = epoll_create1(0);
    struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
    if (is_told && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &input) < 0) fail("standard input");

    begin_turn();
    const double started_at = turn->began_at;
    long come_so_far = 0;
    int is_offering = 1;
    while (is_offering || oldest) {
        double now = now_ms();
        for (int at_once = 0; at_once < MOST_AT_ONCE && is_offering && (is_told || come_so_far < count); at_once++) {
            const double due_at = started_at + come_so_far * 1e3 / rate;
            if (due_at > now) break;
            come(due_at);
            come_so_far++;
            now = now_ms();
        }
        if (is_offering && !is_told && now - started_at >= seconds * 1e3) {
            turn->ended_at = now;
            is_offering = 0;
        }
        while (oldest && now - oldest->started_at >= patience) be_late(oldest);
        const int ready = epoll_wait(epoll_fd, events, EVENTS, 1);
        for (int index = 0; index < ready; index++) {
            struct client *client = events[index].data.ptr;
            if (client == NULL) {
                is_offering = read_lines();
                if (is_offering) continue;
                epoll_ctl(epoll_fd, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
                turn->ended_at = now_ms();
            } else if (client->state == CONNECTING) ask(client);
            else hear(client);
        }
        print_turns();
    }
    print_turns();
    return 0;
}
