// SPDX-License-Identifier: MIT
//
// What the tests of each_call run: a directory "source" with small sites, "copy", a copy of it, and
// the program in a forked process.
#ifndef GUIDANCED_FAULTS_EACH_CALL_SITE_H
#define GUIDANCED_FAULTS_EACH_CALL_SITE_H

#include "each_call.h"

#include "base/map.h"

#include <sys/types.h>

extern char each_call_place[]; // the directory of both

void each_call_make_sources(void);
// Writes a file of "source".
void each_call_put(struct arena *arena, const char *folder, const char *name, const char *text);
void each_call_copy_sources(void); // to "copy"
void each_call_remove(void);
// Runs a command, and fails the test if it fails.
void each_call_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
// The regular files below "copy" that are not hidden: path → struct slice, its text.
struct map each_call_files(struct arena *arena);

// A process that runs the program.
struct each_call_process {
    pid_t id;
    int out, err; // what it prints, in memory
};
// `arguments` are words between spaces; "@" stands for "copy". Call `site` fails; SIZE_MAX: none
// does, and all are noted; EACH_CALL_NONE: none does.
#define EACH_CALL_NONE (SIZE_MAX - 1)
void each_call_start(const char *arguments, size_t site, struct each_call_process *process);
// Waits for its end. Returns the status of waitpid, and what it printed.
int each_call_end(struct each_call_process *process, struct arena *arena, struct slice *out,
                  struct slice *err);

// Serves sites with each call failing in turn that has not been noted; prints what is wrong, and
// returns how much is (each_call_serve.c). `only`: the servers whose names have it; NULL: all.
unsigned each_call_serve(const char *only);

#endif
