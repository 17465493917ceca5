// SPDX-License-Identifier: MIT
//
// Time that a test may judge: the processor's, of this thread, which other load does not change
// much; and only beside that of a smaller case.
#ifndef GUIDANCED_TESTS_TEMPLATE_PROCESSOR_TIME_H
#define GUIDANCED_TESTS_TEMPLATE_PROCESSOR_TIME_H

#include <time.h>

static inline double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#endif
