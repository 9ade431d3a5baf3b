/*
 * What became of clients that came in the same turn, and how it is printed as JSON. Times are of the monotonic clock, in ms.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Kinds of failures, and names in answers. */
#define MOST_WORDS 16
#define WORD 48

struct series {
    double *values;
    long count, room;
};

struct words {
    char names[MOST_WORDS][WORD];
    long counts[MOST_WORDS];
};

struct turn {
    struct turn *next;
    double began_at, ended_at, first_came_at, last_came_at, most_behind, first_failed_at, last_failed_at;
    long offered, open, served_meanwhile, late;
    struct series served, refused;
    struct words failures, names;
};

static void fail(const char *what) {
    fprintf(stderr, "offer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *take_memory(void *before, size_t size) {
    void *memory = realloc(before, size);
    if (memory == NULL) fail("memory");
    return memory;
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* What others call the same moment: ms since 1970. */
static double date_of(double moment) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6 - (now_ms() - moment);
}

static void add(struct series *series, double value) {
    if (series->count == series->room) {
        series->room = series->room == 0 ? 1024 : series->room * 2;
        series->values = take_memory(series->values, series->room * sizeof *series->values);
    }
    series->values[series->count++] = value;
}

static void count_word(struct words *words, const char *name) {
    for (int index = 0; index < MOST_WORDS; index++) {
        if (words->counts[index] == 0) snprintf(words->names[index], WORD, "%s", index < MOST_WORDS - 1 ? name : "others");
        if (index == MOST_WORDS - 1 || strncmp(words->names[index], name, WORD - 1) == 0) {
            words->counts[index]++;
            return;
        }
    }
}

/* Who began then has failed like this. */
static void count_failure(struct turn *turn, double began_at, const char *how) {
    count_word(&turn->failures, how);
    if (turn->first_failed_at == 0 || began_at < turn->first_failed_at) turn->first_failed_at = began_at;
    if (began_at > turn->last_failed_at) turn->last_failed_at = began_at;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double part(const struct series *sorted, double share) {
    const long index = sorted->count * share;
    return sorted->count == 0 ? 0 : sorted->values[index < sorted->count ? index : sorted->count - 1];
}

static void print_words(const char *key, const struct words *words) {
    printf("\"%s\":{", key);
    for (int index = 0; index < MOST_WORDS && words->counts[index] > 0; index++)
        printf("%s\"%s\":%ld", index > 0 ? "," : "", words->names[index], words->counts[index]);
    printf("},");
}

static void print_turn(struct turn *over) {
    const double seconds = (over->ended_at - over->began_at) / 1e3;
    const double coming = (over->last_came_at - over->first_came_at) / 1e3;
    struct series *served = &over->served, *refused = &over->refused;
    qsort(served->values, served->count, sizeof(double), compare);
    qsort(refused->values, refused->count, sizeof(double), compare);
    printf("{\"seconds\":%.3f,\"offered\":%ld,\"rate\":%.1f,\"mostBehindMs\":%.1f,", seconds, over->offered,
           coming > 0 ? (over->offered - 1) / coming : 0, over->most_behind);
    printf("\"served\":%ld,\"servedRate\":%.1f,\"refused\":%ld,\"late\":%ld,", served->count, over->served_meanwhile / seconds,
           refused->count, over->late);
    print_words("failures", &over->failures);
    if (over->first_failed_at > 0)
        printf("\"firstFailedAt\":%.0f,\"lastFailedAt\":%.0f,", date_of(over->first_failed_at), date_of(over->last_failed_at));
    print_words("names", &over->names);
    printf("\"p50\":%.3f,\"p99\":%.3f,\"most\":%.3f,\"refusedP50\":%.3f,\"refusedP99\":%.3f}\n", part(served, 0.5),
           part(served, 0.99), part(served, 1), part(refused, 0.5), part(refused, 0.99));
    fflush(stdout);
}
