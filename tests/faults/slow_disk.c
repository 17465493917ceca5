// SPDX-License-Identifier: MIT
//
// A disk that takes its time: preloaded, every fsync and fdatasync waits as many milliseconds as
// the file says that SLOW_DISK names. The test writes the file while the server runs; it is one
// the sandbox lets the server read.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_as_told(void)
{
    char text[16] = "";
    const char *name = getenv("SLOW_DISK");
    int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    long ms = read(fd, text, sizeof text - 1) > 0 ? strtol(text, NULL, 10) : 0;
    close(fd);
    struct timespec delay = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&delay, NULL);
}

static int call(const char *name, int fd)
{
    int (*real)(int) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, name);
    wait_as_told();
    return real ? real(fd) : -1;
}

int fsync(int fd)
{
    return call("fsync", fd);
}

int fdatasync(int fd)
{
    return call("fdatasync", fd);
}
