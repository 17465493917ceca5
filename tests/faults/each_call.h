// SPDX-License-Identifier: MIT
//
// Calls that fail on demand in a process that was forked: each call of each_call.def, told apart by
// who calls it, and who called that.
#ifndef GUIDANCED_FAULTS_EACH_CALL_H
#define GUIDANCED_FAULTS_EACH_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EACH_CALL_DEPTH = 5 };

// Where a call is made: the return addresses, innermost first, 0 where there are no more.
struct each_call_site {
    const char *name; // of the function called
    uintptr_t from[EACH_CALL_DEPTH];
};

// Before forking: what the processes write is in memory that they share.
bool each_call_prepare(void);

// From here on, in this process: notes every site that has not been noted before.
void each_call_note(void);
// From here on, in this process: the first call at this site fails.
void each_call_fail(size_t site);
void each_call_stop(void);

size_t each_call_count(void);  // sites noted so far
bool each_call_happened(void); // whether a call failed since each_call_forget
void each_call_forget(void);

// Prints the site's functions, with their files and lines.
void each_call_print(size_t site);

#endif
