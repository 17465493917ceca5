// SPDX-License-Identifier: MIT
//
// The mailbox: feedback on its way to the disk. A separate thread writes it; waiting posts are
// limited in number and time. No worker ever waits.
//
//   worker ─post─▶ queue ─thread─▶ one transaction for all waiting ─▶ each is answered
//
// Entries to ship wait in the file, and are limited too: beyond `outbox`, posts are refused until
// `guidanced feedback ship` has made room.
//
// An unusable file is tried again every few seconds; meanwhile posts are refused at once, /readyz
// says why, and if it lasts, pages come without the form.
//
// Thread-safety: mailbox_post from any worker; the rest from the main thread.
#ifndef GUIDANCED_SERVER_MAILBOX_H
#define GUIDANCED_SERVER_MAILBOX_H

#include "server/http/http.h"
#include "store/store.h"

#include <stdatomic.h>

struct mailbox;

struct mailbox_options {
    const char *path;           // lives as long as the mailbox
    unsigned retention_days;    // 0: for ever
    int64_t outbox;             // most entries waiting to be shipped; 0: nothing is shipped
    struct slice site, replica; // written into each entry; live as long as the mailbox
    struct log *log;
    atomic_bool *hidden;        // whether to hide the form; written by the mailbox
    atomic_bool *reload_wanted; // set when `hidden` has changed
};

// Opens the file, or logs why it cannot. NULL only when out of memory.
struct mailbox *mailbox_create(const struct mailbox_options *options, struct error *error);
// Starts the thread.
bool mailbox_start(struct mailbox *mailbox, struct error *error);
// Answers posts that have waited too long. Call it about once a second.
void mailbox_tick(struct mailbox *mailbox); // NULL allowed
// Accepts no more posts, and answers all waiting ones. Call it before the listeners stop. NULL
// allowed.
void mailbox_close(struct mailbox *mailbox);
// Whether the thread has ended since; if it hangs in a system call, it goes on to use the mailbox
// and its options, and mailbox_destroy does nothing. NULL: true.
bool mailbox_ended(const struct mailbox *mailbox);
void mailbox_destroy(struct mailbox *mailbox); // NULL allowed

enum mailbox_result { MAILBOX_WAITING, MAILBOX_STORED, MAILBOX_FAILED };

// One post: lives in its request's arena until it is answered.
struct mailbox_post {
    struct http_wait wait;
    enum mailbox_result result; // once answered
    char why[512];              // of MAILBOX_FAILED
};
// Submits an entry, which is copied: http_continue(&post->wait) follows, from any thread.
void mailbox_post(struct mailbox *mailbox, const struct feedback_entry *entry,
                  struct mailbox_post *post);

struct mailbox_state {
    bool usable;
    size_t waiting;
    int64_t unsent;           // entries on disk waiting to be shipped; 0 if shipping is off
    int64_t oldest_unsent_at; // seconds since the epoch; 0 if none is waiting
    char reason[512];         // why it is unusable
};
// From any thread.
void mailbox_state(struct mailbox *mailbox, struct mailbox_state *out);

#endif
