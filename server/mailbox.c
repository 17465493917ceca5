// SPDX-License-Identifier: MIT
//
// A letter is a copy of an entry waiting to be written. The lock is held only while pointers move,
// never during reads or writes. Each post is answered once, by whichever is first: the thread that
// wrote it, or the tick that found it late. A letter that becomes late while it is being written
// may be stored although its reader was told otherwise; never the other way round.
#include "mailbox.h"

#include "base/clock.h"
#include "retention.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    LETTERS_MAX = 1024, // waiting, each of some kilobytes
    BATCH = 256,        // written in one transaction
    LATE_MS = 3000,     // until a post is refused, however slow the disk
    RETRY_MS = 5000,
    HIDE_AFTER = 2, // failed retries
    JOIN_S = 5,     // for a thread that hangs in a call
};

struct letter {
    struct letter *next;
    struct mailbox_post *post; // NULL: already answered
    uint64_t deadline_ns;
    struct feedback_entry entry; // its texts follow the letter
};

struct mailbox {
    struct mailbox_options options;
    struct feedback *feedback; // used by the thread; NULL: not open
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; // for what follows
    pthread_cond_t work;
    struct letter *first, **last; // waiting
    struct letter *writing;       // in the current transaction
    size_t waiting;
    bool closed;
    bool usable;
    struct feedback_outbox outbox;
    char reason[512];
    // Used only by the thread.
    unsigned failures; // consecutive failed retries
    uint64_t retry_ns;
    int64_t retained_day;
    struct feedback_entry batch[BATCH]; // of the thread: what it writes
};

// ---- usable or not ----

static void note_letter(struct mailbox *mailbox, bool usable, const struct error *error)
{
    pthread_mutex_lock(&mailbox->lock);
    bool was = mailbox->usable;
    mailbox->usable = usable;
    snprintf(mailbox->reason, sizeof mailbox->reason, "%s", usable ? "" : error->message);
    pthread_mutex_unlock(&mailbox->lock);
    mailbox->failures = usable ? 0 : mailbox->failures + 1;
    mailbox->retry_ns = clock_monotonic_ns() + RETRY_MS * UINT64_C(1000000);
    if (!usable && was)
        log_error(mailbox->options.log, LOG_ERROR, error);
    else if (usable && !was)
        log_write(mailbox->options.log, LOG_INFO, "feedback can be stored again");
}

static void show_form(struct mailbox *mailbox, bool hidden)
{
    if (atomic_exchange(mailbox->options.hidden, hidden) != hidden)
        atomic_store(mailbox->options.reload_wanted, true);
}

static bool open_mailbox_file(struct mailbox *mailbox, struct error *error)
{
    feedback_close(mailbox->feedback);
    mailbox->feedback = feedback_open(mailbox->options.path, error);
    return mailbox->feedback != NULL;
}

// How many of the entries there is room for, as they are to be shipped. Fewer: error says why.
static size_t find_room(struct mailbox *mailbox, size_t wanted, struct error *error)
{
    struct feedback_outbox outbox;
    int64_t most = mailbox->options.outbox;
    if (!most)
        return wanted;
    if (!feedback_outbox(mailbox->feedback, &outbox, error))
        return 0;
    pthread_mutex_lock(&mailbox->lock);
    mailbox->outbox = outbox;
    pthread_mutex_unlock(&mailbox->lock);
    if (outbox.unsent + (int64_t)wanted <= most)
        return wanted;
    size_t room = outbox.unsent < most ? (size_t)(most - outbox.unsent) : 0;
    error_set(error, ERROR_LIMIT, "%lld entries wait to be shipped, as many as are allowed",
              (long long)outbox.unsent + (long long)room);
    return room;
}

// Checks now and then whether an entry could be written.
static void probe(struct mailbox *mailbox)
{
    struct error error = {0};
    bool moved = mailbox->feedback && !feedback_is_there(mailbox->feedback);
    if (moved)
        log_write(mailbox->options.log, LOG_WARNING,
                  "%s has been moved or deleted; feedback goes to a new file of that name",
                  mailbox->options.path);
    bool open = (mailbox->feedback && !moved) || open_mailbox_file(mailbox, &error);
    note_letter(mailbox,
                open && find_room(mailbox, 1, &error) && feedback_probe(mailbox->feedback, &error),
                &error);
    if (!mailbox->failures || mailbox->failures >= HIDE_AFTER)
        show_form(mailbox, mailbox->failures > 0);
}

// ---- letters ----

static struct slice copy_letter_text(char **at, struct slice text)
{
    struct slice copied = slice_of(*at, text.len);
    if (text.len)
        memcpy(*at, text.ptr, text.len);
    *at += text.len;
    return copied;
}

static struct letter *letter_create(const struct feedback_entry *entry, struct mailbox_post *post)
{
    size_t size = entry->page.len + entry->useful.len + entry->comment.len;
    struct letter *letter = malloc(sizeof *letter + size);
    if (!letter)
        return NULL;
    char *at = (char *)(letter + 1);
    *letter = (struct letter){.post = post,
                              .deadline_ns = clock_monotonic_ns() + LATE_MS * UINT64_C(1000000),
                              .entry = {.at = entry->at}};
    letter->entry.page = copy_letter_text(&at, entry->page);
    letter->entry.useful = copy_letter_text(&at, entry->useful);
    letter->entry.comment = copy_letter_text(&at, entry->comment);
    return letter;
}

// Call it with the lock held. From then on the post belongs to its worker again.
static void tell_sender(struct letter *letter, enum mailbox_result result, const char *why)
{
    struct mailbox_post *post = letter->post;
    if (!post)
        return;
    letter->post = NULL;
    post->result = result;
    snprintf(post->why, sizeof post->why, "%s", why);
    http_continue(&post->wait);
}

void mailbox_post(struct mailbox *mailbox, const struct feedback_entry *entry,
                  struct mailbox_post *post)
{
    struct letter *letter = letter_create(entry, post);
    pthread_mutex_lock(&mailbox->lock);
    const char *why = !letter                           ? "out of memory"
                      : mailbox->closed                 ? "the server stops"
                      : !mailbox->usable                ? mailbox->reason
                      : mailbox->waiting >= LETTERS_MAX ? "too many wait already"
                                                        : NULL;
    if (why) {
        tell_sender(&(struct letter){.post = post}, MAILBOX_FAILED, why);
        free(letter);
    } else {
        *mailbox->last = letter;
        mailbox->last = &letter->next;
        mailbox->waiting++;
        pthread_cond_signal(&mailbox->work);
    }
    pthread_mutex_unlock(&mailbox->lock);
}

// ---- writing ----

// Moves the letters to write next to `writing`. Waits for some until there is other work.
static size_t take_batch(struct mailbox *mailbox, struct feedback_entry *entries, bool *closed)
{
    const struct timespec until = clock_monotonic_at(clock_monotonic_ns() + UINT64_C(1000000000));
    size_t count = 0;
    pthread_mutex_lock(&mailbox->lock);
    if (!mailbox->first && !mailbox->closed)
        pthread_cond_clockwait(&mailbox->work, &mailbox->lock, CLOCK_MONOTONIC, &until);
    struct letter **end = &mailbox->writing;
    while (mailbox->first && count < BATCH) {
        struct letter *letter = mailbox->first;
        mailbox->first = letter->next;
        entries[count] = letter->entry;
        entries[count].site = mailbox->options.site;
        entries[count++].replica = mailbox->options.replica;
        *end = letter;
        end = &letter->next;
    }
    *end = NULL;
    if (!mailbox->first)
        mailbox->last = &mailbox->first;
    *closed = mailbox->closed && !count;
    pthread_mutex_unlock(&mailbox->lock);
    return count;
}

// `stored`: the first ones are.
static void answer_batch(struct mailbox *mailbox, size_t stored, const struct error *error)
{
    pthread_mutex_lock(&mailbox->lock);
    for (size_t i = 0; mailbox->writing; i++) {
        struct letter *letter = mailbox->writing;
        mailbox->writing = letter->next;
        tell_sender(letter, i < stored ? MAILBOX_STORED : MAILBOX_FAILED, error->message);
        mailbox->waiting--;
        free(letter);
    }
    pthread_mutex_unlock(&mailbox->lock);
}

// Writes into the file now at the path. A file that was moved away meanwhile may have the entries
// as well. Returns how many are written, the first ones; if not all, error says why.
static size_t write_batch(struct mailbox *mailbox, const struct feedback_entry *entries,
                          size_t count, struct error *error)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        *error = (struct error){0};
        if (!mailbox->feedback || !feedback_is_there(mailbox->feedback))
            probe(mailbox);
        if (!mailbox->feedback) {
            error_set(error, ERROR_STORE, "%s", mailbox->reason); // as noted by probe
            return 0;
        }
        size_t room = find_room(mailbox, count, error);
        if (!room)
            return 0;
        if (feedback_add(mailbox->feedback, entries, room, error))
            return room;
        if (feedback_is_there(mailbox->feedback))
            return 0;
    }
    return 0;
}

static void write_letters(struct mailbox *mailbox, const struct feedback_entry *entries,
                          size_t count)
{
    struct error error = {0};
    size_t stored = write_batch(mailbox, entries, count, &error);
    note_letter(mailbox, stored == count, &error);
    answer_batch(mailbox, stored, &error);
}

// Removes feedback past its promised age: at the start, and daily while serving.
static void retain(struct mailbox *mailbox)
{
    int64_t today = clock_wall_s() / 86400;
    unsigned days = mailbox->options.retention_days;
    if (!mailbox->feedback || !days || mailbox->retained_day == today)
        return;
    mailbox->retained_day = today;
    retention_of_feedback(mailbox->feedback, days, mailbox->options.log);
}

static void *deliver_mail(void *state)
{
    struct mailbox *mailbox = state;
    struct feedback_entry *entries = mailbox->batch;
    for (bool closed = false; !closed;) {
        size_t count = take_batch(mailbox, entries, &closed);
        if (count)
            write_letters(mailbox, entries, count);
        if (!closed && clock_monotonic_ns() >= mailbox->retry_ns)
            probe(mailbox);
        if (!closed)
            retain(mailbox);
    }
    return NULL;
}

// ---- the main thread's ----

struct mailbox *mailbox_create(const struct mailbox_options *options, struct error *error)
{
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (!mailbox) {
        error_memory(error);
        return NULL;
    }
    mailbox->options = *options;
    mailbox->last = &mailbox->first;
    mailbox->usable = true;
    pthread_mutex_init(&mailbox->lock, NULL);
    pthread_cond_init(&mailbox->work, NULL);
    struct error failed = {0};
    note_letter(mailbox, open_mailbox_file(mailbox, &failed), &failed);
    atomic_store(options->hidden, !mailbox->usable);
    return mailbox;
}

bool mailbox_start(struct mailbox *mailbox, struct error *error)
{
    mailbox->running = pthread_create(&mailbox->thread, NULL, deliver_mail, mailbox) == 0;
    return mailbox->running || error_set(error, ERROR_IO, "cannot start the feedback thread");
}

static bool is_late_letter(const struct letter *letter, uint64_t now_ns)
{
    return letter->post && now_ns >= letter->deadline_ns;
}

static void tell_late(struct mailbox *mailbox, uint64_t now_ns, const char *why)
{
    for (struct letter *letter = mailbox->writing; letter; letter = letter->next)
        if (is_late_letter(letter, now_ns))
            tell_sender(letter, MAILBOX_FAILED, why);
    // Letters not yet begun are no longer written.
    struct letter **at = &mailbox->first;
    while (*at) {
        struct letter *letter = *at;
        if (!is_late_letter(letter, now_ns)) {
            at = &letter->next;
            continue;
        }
        tell_sender(letter, MAILBOX_FAILED, why);
        *at = letter->next;
        mailbox->waiting--;
        free(letter);
    }
    mailbox->last = at;
}

void mailbox_tick(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    pthread_mutex_lock(&mailbox->lock);
    tell_late(mailbox, clock_monotonic_ns(), "the disk is too slow");
    pthread_mutex_unlock(&mailbox->lock);
}

// A thread that hangs in a system call is abandoned; the process ends soon.
static void end_thread(struct mailbox *mailbox)
{
    if (mailbox->running && clock_join(mailbox->thread, JOIN_S))
        mailbox->running = false;
}

void mailbox_close(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    pthread_mutex_lock(&mailbox->lock);
    mailbox->closed = true;
    pthread_cond_signal(&mailbox->work);
    pthread_mutex_unlock(&mailbox->lock);
    end_thread(mailbox);
    pthread_mutex_lock(&mailbox->lock);
    tell_late(mailbox, UINT64_MAX, "the server stops");
    pthread_mutex_unlock(&mailbox->lock);
}

bool mailbox_ended(const struct mailbox *mailbox)
{
    return !mailbox || !mailbox->running;
}

void mailbox_destroy(struct mailbox *mailbox)
{
    if (!mailbox || !mailbox_ended(mailbox))
        return;
    feedback_close(mailbox->feedback);
    pthread_cond_destroy(&mailbox->work);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

void mailbox_state(struct mailbox *mailbox, struct mailbox_state *out)
{
    pthread_mutex_lock(&mailbox->lock);
    out->usable = mailbox->usable;
    out->waiting = mailbox->waiting;
    out->unsent = mailbox->outbox.unsent;
    out->oldest_unsent_at = mailbox->outbox.oldest_at;
    memcpy(out->reason, mailbox->reason, sizeof out->reason);
    pthread_mutex_unlock(&mailbox->lock);
}
