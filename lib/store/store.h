// SPDX-License-Identifier: MIT
//
// SQLite: the disposable cache of the site, its search index, the durable feedback file, and how
// the site is used.
//
// The cache may vanish at any time: if it is missing, corrupt, or of another version or
// configuration, it is rebuilt (moved aside and created again), which is logged and never an error.
// WAL mode; one writer, the loader; each reader has a read-only connection.
//
//   pages   one row per source file: its parsed form, and the number of its text
//   texts   number → text             bodies   the same number → HTML, if it depends on nothing
//   else
//
// Thread-safety: a struct store, store_reader or feedback belongs to one thread at a time; readers
// of one file may run in many threads.
#ifndef GUIDANCED_STORE_STORE_H
#define GUIDANCED_STORE_STORE_H

#include "base/file.h"
#include "base/log.h"
#include "base/map.h"

// ---- the cache: writing ----

struct store;

// Opens or creates the cache at path (":memory:" allowed: a shared-cache database that readers in
// this process can join). `fingerprint` names program version and configuration; a cache with a
// different one is moved aside. NULL and error only if not even an in-memory cache can be made: if
// the file is unusable, a warning is logged and memory is used instead (see store_is_memory).
struct store *store_open(const char *path, struct slice fingerprint, struct log *log,
                         struct error *error);
void store_close(struct store *store); // NULL allowed
bool store_is_memory(const struct store *store);
// The name that readers open (a file or a shared-memory URI). Lives as long as the store.
const char *store_uri(const struct store *store);

// One source file, as known to the loader.
struct store_page {
    struct slice path; // relative to the site directory
    uint64_t identity; // of the file (file_info); 0: always read it
    uint64_t hash;
    int64_t text;         // the number of its text
    uint64_t key;         // hash of how it was read
    struct slice reading; // its parsed form, opaque to the store
};

// A load is one transaction: begin, any number of puts and removes, commit (or rollback).
bool store_begin(struct store *store, struct error *error);
// From now on, puts are written by a thread, until anything else is asked of the store: the caller
// goes on meanwhile, and may learn of a failure at a later put or at the end. Without a thread,
// nothing changes.
void store_fill(struct store *store);
bool store_commit(struct store *store, uint64_t generation, struct error *error);
void store_rollback(struct store *store);
// Whether it has no pages. True only if that is known.
bool store_is_empty(struct store *store);
bool store_put_page(struct store *store, const struct store_page *page, struct error *error);
// Removes the pages whose path is not in the sorted list.
bool store_keep_only(struct store *store, const struct slice *paths, size_t count,
                     struct error *error);
// The row of a path, its texts copied into the arena. False: missing (error unset) or failure.
bool store_get_page(struct store *store, struct arena *arena, struct slice path,
                    struct store_page *page, struct error *error);
// The record for a site's key, opaque to the store, in the arena. Only the last few sites are kept.
// False: none.
bool store_get_verified(struct store *store, struct arena *arena, uint64_t key,
                        struct slice *record);
bool store_put_verified(struct store *store, uint64_t key, struct slice record,
                        struct error *error);
// The same of what git knows of pages; of one site.
bool store_get_history(struct store *store, struct arena *arena, uint64_t key,
                       struct slice *record);
bool store_put_history(struct store *store, uint64_t key, struct slice record, struct error *error);
// Whether the whole file is as SQLite wrote it. Reads all of it.
bool store_is_sound(struct store *store);
// Whether a mapped part of the file has been truncated: then nothing more may be read from it.
bool store_was_cut(const struct store *store);
// Whether the cache can still be read, by this connection and by a new one. For readiness; takes
// well under a millisecond.
bool store_healthy(struct store *store);
// Replaces a cache that is not healthy or not sound by a new one; the old file is moved aside.
// Readers reopen their connections. False and error if it fails; then there is no cache until it
// succeeds. The loader must put its pages again.
bool store_rebuild(struct store *store, struct slice fingerprint, struct error *error);
// Bytes that SQLite has allocated in this process. Any thread may call it.
int64_t store_memory(void);

// ---- texts ----
//
// Texts of pages, and their HTML, under numbers that are never reused: a snapshot that holds a
// number reads what it was loaded from, whatever has been saved since. A text that no page has any
// more is deleted once every older snapshot has ended its lease.

// Within a load. The text gets a number.
bool store_put_text(struct store *store, struct slice text, int64_t *id, struct error *error);
bool store_get_text(struct store *store, int64_t id, struct arena *arena, struct slice *text);
// Keeps a load's texts until the lease ends. NULL when out of memory.
struct store_lease;
struct store_lease *store_lease(struct store *store, uint64_t generation);
// From any thread, once; the store may already be closed.
void store_lease_end(void *lease);

// Reads texts for many threads at the same time, each with its own connection while it reads. Lives
// as long as the store.
struct store_texts;
struct store_texts *store_texts(struct store *store); // NULL when the store is in memory
// The number of the file currently read; what was put there is in no other.
unsigned store_texts_epoch(const struct store_texts *texts);
// False: missing or unreadable. The text is in the arena.
bool store_texts_read(struct store_texts *texts, unsigned epoch, int64_t id, struct arena *arena,
                      struct slice *text);
// The HTML put with this key.
bool store_texts_body(struct store_texts *texts, unsigned epoch, int64_t id, uint64_t key,
                      struct arena *arena, struct slice *html);
// Whether a text that was put has been found missing since the last call: the cache is damaged.
void store_texts_suspect(struct store_texts *texts);
bool store_texts_are_suspect(struct store_texts *texts);

// ---- answers of the site's JavaScript ----
//
// Records by key from lib/script; these functions implement its struct script_memory. They are
// written between loads, so that nobody waits; new records are visible at once to this process, to
// others within seconds or when the store is closed. Any thread may call them.

struct store_answers;
// Lives as long as the store. If that is in memory, they live no longer than the process.
struct store_answers *store_answers(struct store *store);
// The record of the key, in the arena. False: none, or it is damaged.
bool store_answers_get(void *answers, uint64_t key, struct arena *arena, struct slice *record);
bool store_answers_put(void *answers, uint64_t key, struct slice record);
void store_answers_remove(void *answers, uint64_t key);
// Writes waiting records. False: not now, since a load is being written.
bool store_answers_flush(struct store_answers *answers);
int64_t store_answers_count(struct store_answers *answers);

// ---- search ----

struct search_document {
    struct slice url;
    struct slice title;
    struct slice name;     // in the navigation
    struct slice names;    // other names of the page: section, navigation, address
    struct slice headings; // plain texts, one per line
    struct slice description;
    struct slice body; // plain text
    struct slice section;
    struct slice language; // a tag; "" for the site's own
    // When readers may find it, in ms since the epoch: from, and until before; infinite: always.
    double visible_from, visible_until;
    uint64_t inputs; // a hash of everything the document is made from; 0: unknown
    // By search_document_prepare:
    struct map words;    // word → number of its uses
    struct slice places; // the words again, marked by their place (search.h)
};
// Reads the document's words, which takes a third of putting it and may be done by any thread. They
// are in the arena. False when out of memory. A document without is prepared when it is put.
bool search_document_prepare(struct search_document *document, struct arena *arena);

// Updates the index: open, a put for every document that should exist, finish, close; or, with
// `changes`, a put or forget only for changed ones. Readers see it grow, some hundred documents at
// a time. Closed without finish, it keeps what was put and what was there before; after a failure,
// as of the last time that readers saw it grow. To be called on the store's thread. NULL and error
// on failure.
struct store_index;
struct store_index *store_index_open(struct store *store, bool changes, struct error *error);
// Writes the document unless it is already there unchanged.
bool store_index_put(struct store_index *index, const struct search_document *document,
                     struct error *error);
// Keeps the document of the URL if it was made from the same inputs. False: it was not.
bool store_index_is(struct store_index *index, struct slice url, uint64_t inputs);
// Puts the HTML of a text into the store, for store_texts_body.
bool store_index_body(struct store_index *index, int64_t id, uint64_t key, struct slice html,
                      struct error *error);
// Removes the document of the URL, if there is one and it was not put.
bool store_index_forget(struct store_index *index, struct slice url, struct error *error);
// Removes what was not put, unless opened with `changes`. synonyms: lines "word: other, another"
// ("" for none).
bool store_index_finish(struct store_index *index, struct slice synonyms, struct error *error);
void store_index_close(struct store_index *index); // NULL allowed

struct store_reader;
// A read-only connection. It follows rebuilds of the same store. NULL and error on failure.
struct store_reader *store_reader_open(const char *uri, struct error *error);
void store_reader_close(struct store_reader *reader);

// Hits beyond this are neither counted nor returned: the cost of a search does not depend on how
// many pages match.
enum { SEARCH_COUNTED_MAX = 200 };

struct search_hit {
    struct slice url, title, description, section;
    struct slice snippet;  // HTML: escaped text with <mark> around the terms found; "" if the body
                           // has none and there is a description
    struct slice language; // "" for the site's own
    struct slice missing;  // words of the query that the page lacks, separated by spaces
    double score;
};
struct search_section {
    struct slice name; // "" for pages that have none
    size_t total;
};
struct search_request {
    struct slice text;    // any text is a safe query
    struct slice section; // "" means all
    // "" is the site's own. If no page in it is found, other languages are searched.
    struct slice language;
    struct slice words_language; // of the words, whose forms it may know; "" knows none
    size_t offset, limit;
    double now_ms; // only pages visible at this moment are found
    bool suggest;  // the last word may be unfinished, and there are no snippets
    bool sections; // counts the hits of each section
    bool verbatim; // the words are as intended: no spelling corrections
};
struct search_result {
    struct search_hit *hits;
    size_t count;
    size_t total;                    // hits in all, whatever page was requested
    bool more;                       // there are more than `total`, where counting stopped
    struct search_section *sections; // by name, whatever section was requested
    size_t section_count;
    bool sections_more;        // there are more hits in all sections than were counted
    struct slice did_you_mean; // a better spelling, "" when there is none
    bool corrected;            // the hits are those of did_you_mean
    struct slice left_out;     // words that no hit has, separated by spaces
};
// Results are in the arena. False and error when the index cannot be read.
bool search_query(struct store_reader *reader, struct arena *arena,
                  const struct search_request *request, struct search_result *out,
                  struct error *error);

// ---- feedback: durable, never disposable ----

struct feedback;
struct feedback_entry {
    int64_t id;
    int64_t at; // seconds since the epoch
    struct slice page;
    struct slice useful; // "yes", "no", "problem"
    struct slice comment;
    struct slice uid;           // UUID version 7; feedback_add makes one
    struct slice site, replica; // where it comes from, in a shared store
    int64_t sent_at;            // seconds since the epoch; 0: not yet
};
enum { FEEDBACK_BATCH = 500 }; // the most entries read at once

// A file that is not a feedback database is an error, never overwritten. The directory is created.
struct feedback *feedback_open(const char *path, struct error *error);
void feedback_close(struct feedback *feedback); // NULL allowed
// Returns true once all entries are on disk, in the file at that path; false if none is, or if the
// file was moved or deleted meanwhile: then open it again. Waits at most a second for other
// writers.
bool feedback_add(struct feedback *feedback, const struct feedback_entry *entries, size_t count,
                  struct error *error);
// Whether the file at that path is the open one.
bool feedback_is_there(const struct feedback *feedback);
// Whether an entry could be added now, as far as can be known without adding one.
bool feedback_probe(struct feedback *feedback, struct error *error);
// Calls fn for each entry, oldest first. The file is free for others while fn runs.
bool feedback_each(struct feedback *feedback,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error);

// The entries waiting to be sent to the replicas' shared store.
struct feedback_outbox {
    int64_t unsent;
    int64_t oldest_at; // seconds since the epoch; 0 when none waits
};
bool feedback_outbox(struct feedback *feedback, struct feedback_outbox *out, struct error *error);
// Hands the oldest unsent entries to `send`, FEEDBACK_BATCH at most, and marks them as sent when it
// returns true. *count is how many; 0: none waits, and `send` is not called. The file is free for
// others while `send` runs. If only the marking fails, they are handed out again with the same uid.
bool feedback_send(struct feedback *feedback,
                   bool (*send)(void *state, const struct feedback_entry *entries, size_t count,
                                struct error *error),
                   void *state, size_t *count, struct error *error);

// Copies the file's state at one moment, while others write, to the file `to`, which is on disk
// when it returns true. An older backup is replaced; anything else that is there is an error.
bool feedback_backup(struct feedback *feedback, const char *to, struct error *error);
// Adds a backup's missing entries, by uid; *added is how many.
bool feedback_restore(struct feedback *feedback, const char *from, int64_t *added,
                      struct error *error);

// What was done about entries past the promised age.
struct feedback_retained {
    int64_t removed;    // now: a share of all at most
    int64_t kept;       // of those removed, still in the table `removed`
    int64_t jump_days;  // the clock is that far ahead of the last clean-up; 0: as expected
    int64_t doubt_days; // nothing is removed for so many days, as the clock is not trusted
};
// To be called once a day. `now` in seconds since the epoch.
bool feedback_retain(struct feedback *feedback, unsigned days, int64_t now,
                     struct feedback_retained *out, struct error *error);

// ---- usage: what readers do, as numbers by week ----
//
// Nothing in it says who: a number of a week belongs to a kind, a subject and a source. The file is
// small, and may be deleted.

enum usage_kind {
    USAGE_VISIT,   // subject: the path of a page
    USAGE_SEARCH,  // subject: the words
    USAGE_NOTHING, // the same; searches that found nothing
    USAGE_CLICK,   // the same; pages opened from the results
    USAGE_MISSING, // subject: a path that is not there; source: where the link to it is
    USAGE_KINDS,
};
// A row without subject is the sum of its kind, including what has no row of its own.
// USAGE_ROWS_MAX: of each kind but visits, which have USAGE_PAGES_MAX. Beyond, new subjects are
// dropped until the daily clean-up removes those not seen for longest.
enum { USAGE_WEEKS = 53, USAGE_ROWS_MAX = 10000, USAGE_PAGES_MAX = 200000, USAGE_TEXT_MAX = 200 };

struct usage;
struct usage_count {
    enum usage_kind kind;
    struct slice subject, source; // at most USAGE_TEXT_MAX bytes each
    uint32_t number;
};
struct usage_row {
    enum usage_kind kind;
    struct slice subject, source; // valid during the call
    uint32_t weeks[USAGE_WEEKS];  // the current week first
};
// The week of a day (days since the epoch), from Monday to Sunday, and its first day.
int64_t usage_week(int64_t day);
int64_t usage_week_begins(int64_t week);
// `create`: for writing, with the directory if it is missing; otherwise for reading. A file that is
// something else is an error, and is not touched.
struct usage *usage_open(const char *path, bool create, struct error *error);
void usage_close(struct usage *usage); // NULL allowed
// Whether the open file has neither been moved nor deleted.
bool usage_is_there(const struct usage *usage);
// Adds the numbers to those of the day's week, in one transaction. *dropped: how much had no room.
bool usage_add(struct usage *usage, const struct usage_count *counts, size_t count, int64_t day,
               size_t *dropped, struct error *error);
// Calls fn for each row, with its weeks as of the day.
bool usage_each(struct usage *usage, int64_t day,
                bool (*fn)(void *state, const struct usage_row *row), void *state,
                struct error *error);
// The first day that is counted; 0: nothing is.
int64_t usage_since(struct usage *usage);
// Removes weeks that ended more than `days` ago, and makes room. To be called once a day.
bool usage_retain(struct usage *usage, unsigned days, int64_t day, struct error *error);

#endif
