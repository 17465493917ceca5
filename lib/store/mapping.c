// SPDX-License-Identifier: MIT
//
// SQLite maps the index of a write-ahead log, "….db-shm", and whoever can write that file can
// truncate it: the next access to the missing part is a SIGBUS, which ends the process. Here it
// does not: zeros are mapped in its place, and the cache is known to be unsound from then on, so
// that nothing is answered from it until it has been rebuilt. Any other SIGBUS keeps its effect.
// Several threads may find the part missing at once: one that comes later finds zeros there, and
// only tries again.
//
// Safe in a signal handler: open, read, close and mmap, and memory of the handler's own.
#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_uint cuts, mended; // mended: the number of cuts at the last rebuild
static struct sigaction before;

bool mapping_is_sound(void)
{
    return atomic_load(&cuts) == atomic_load(&mended);
}

void mapping_mend(void)
{
    atomic_store(&mended, atomic_load(&cuts));
}

// One line of /proc/self/maps: "start-end perms offset device inode   path".
struct line {
    uintptr_t start, end;
    unsigned field; // 0: start, 1: end, 2: the rest
    char tail[16];  // the last bytes of it, runs of spaces as one
    size_t length;
};

static unsigned digit(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                  : 16;
}

static void read_byte(struct line *line, char c)
{
    unsigned value = digit(c);
    if (line->field == 0 && value < 16)
        line->start = line->start << 4 | value;
    else if (line->field == 1 && value < 16)
        line->end = line->end << 4 | value;
    else if (line->field < 2)
        line->field++;
    if (c == ' ' && line->tail[sizeof line->tail - 1] == ' ')
        return; // as many as one: some pad the line
    for (size_t i = 0; i + 1 < sizeof line->tail; i++)
        line->tail[i] = line->tail[i + 1];
    line->tail[sizeof line->tail - 1] = c;
    line->length++;
}

static bool ends_with(const struct line *line, const char *text)
{
    size_t length = strlen(text);
    return line->length >= length &&
           memcmp(line->tail + sizeof line->tail - length, text, length) == 0;
}

enum ground { OTHER, WAL_INDEX, ZEROS };

// What is mapped at the address, and where that ends.
static enum ground look(uintptr_t address, uintptr_t *end)
{
    char block[512];
    struct line line = {0};
    enum ground found = OTHER;
    bool over = false;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    ssize_t got;
    while (fd >= 0 && !over && (got = read(fd, block, sizeof block)) > 0)
        for (ssize_t i = 0; i < got && !over; i++) {
            if (block[i] != '\n') {
                read_byte(&line, block[i]);
                continue;
            }
            over = address >= line.start && address < line.end;
            if (over && (ends_with(&line, "-shm") || ends_with(&line, "-shm (deleted)")))
                found = WAL_INDEX;
            else if (over && (ends_with(&line, " 00:00 0 ") || ends_with(&line, " 00:00 0")))
                found = ZEROS; // no file: it had one a moment ago
            *end = line.end;
            line = (struct line){0};
        }
    if (fd >= 0)
        close(fd);
    return found;
}

// Known to be unsound before a thread can read a zero.
static bool map_zeros(uintptr_t page, uintptr_t end)
{
    atomic_fetch_add(&cuts, 1);
    return mmap((void *)page, end - page, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    int code = errno;
    uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t page = (uintptr_t)info->si_addr & ~(size - 1), end = 0;
    enum ground ground = info->si_code == BUS_ADRERR ? look(page, &end) : OTHER;
    if (ground == OTHER || (ground == WAL_INDEX && !map_zeros(page, end)))
        sigaction(SIGBUS, &before, NULL); // the signal recurs, and is handled as before
    errno = code;
}

void mapping_survive(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO}, now;
    sigemptyset(&action.sa_mask);
    pthread_mutex_lock(&lock);
    bool ours = sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction == on_bus_error;
    if (!ours && sigaction(SIGBUS, &action, NULL) == 0)
        before = now;
    pthread_mutex_unlock(&lock);
}
