// SPDX-License-Identifier: MIT
//
// The servers whose calls fail in turn, and what they are asked.
#ifndef GUIDANCED_FAULTS_EACH_CALL_SERVERS_H
#define GUIDANCED_FAULTS_EACH_CALL_SERVERS_H

#include <stdbool.h>
#include <stddef.h>

enum { ASKED_MAX = 20, CONFIRMED = 303 };

// A request a row.
struct asked {
    const char *text;
    bool admin;
    bool varies;  // only its status is compared
    bool indexed; // it shows what is in the search index, which is made after pages are served
};

struct server_row {
    const char *name;
    const char *arguments; // as each_call_start takes them
    const struct asked *asked;
    size_t asked_count;
    const char *found;    // the request whose answer has `/one/` once pages are found
    const char *save;     // the shell's command, in "copy", that saves a page
    const char *reload;   // the request that has it loaded
    const char *saved;    // the request whose answer then has "Saved again."
    const char *feedback; // the file, in "copy", where what is confirmed must be
    unsigned entries;     // what it has before
    bool tls;
};
extern const struct server_row each_call_servers[];
extern const size_t each_call_server_count;

// Adds to "source" what they serve.
void each_call_make_servers(void);

#endif
