// SPDX-License-Identifier: MIT
//
// SQLite: the disposable cache of the site, its search index, and the durable feedback file.
//
// The cache may vanish at any time: missing, corrupt, of another version or another configuration,
// it is rebuilt (moved aside and created again), which is logged and never an error. WAL mode; one
// writer, the loader; readers hold a read-only connection each.
//
//   pages   one row a source file: what the loader has made of it, and the number of its text
//   texts   number → text             bodies   the same number → HTML, where it depends on no more
//
// Thread-safety: a struct store, store_reader or feedback belongs to one thread at a time; readers
// of one file may run in many threads.
#ifndef GUIDANCED_STORE_STORE_H
#define GUIDANCED_STORE_STORE_H

#include "base/file.h"
#include "base/log.h"

// ---- the cache: writing ----

struct store;

// Opens or creates the cache at path (":memory:" allowed: a private shared-cache database readers
// of this process can join). `fingerprint` names program version and configuration; a cache made
// under another is emptied. NULL and error only when not even an in-memory cache can be made: when
// the file cannot be used, a warning is logged and memory is used instead (store_is_memory tells).
struct store *store_open(const char *path, struct slice fingerprint, struct log *log,
                         struct error *error);
void store_close(struct store *store); // NULL allowed
bool store_is_memory(const struct store *store);
// The name readers open (a file or a shared memory URI). Lives as long as the store.
const char *store_uri(const struct store *store);

// One source file as the loader knows it.
struct store_page {
    struct slice path; // relative to the site directory
    uint64_t identity; // of the file (file_info); 0: to be read in any case
    uint64_t hash;
    int64_t text;         // the number of its text
    uint64_t key;         // how it was read, hashed
    struct slice reading; // what the loader made of it; its affair
};

// A load is one transaction: begin, any number of puts and removes, commit (or rollback).
bool store_begin(struct store *store, struct error *error);
bool store_commit(struct store *store, uint64_t generation, struct error *error);
void store_rollback(struct store *store);
bool store_put_page(struct store *store, const struct store_page *page, struct error *error);
// Removes the pages whose path is not in the sorted list.
bool store_keep_only(struct store *store, const struct slice *paths, size_t count,
                     struct error *error);
// The row of a path, its texts copied into the arena. False: not there (error unset) or failure.
bool store_get_page(struct store *store, struct arena *arena, struct slice path,
                    struct store_page *page, struct error *error);
// What is known of a site of that key: a record that is somebody else's affair, in the arena. Of
// the last few sites that were put. False: nothing.
bool store_get_verified(struct store *store, struct arena *arena, uint64_t key,
                        struct slice *record);
bool store_put_verified(struct store *store, uint64_t key, struct slice record,
                        struct error *error);
// The same of what git knows of pages; of one site.
bool store_get_history(struct store *store, struct arena *arena, uint64_t key,
                       struct slice *record);
bool store_put_history(struct store *store, uint64_t key, struct slice record, struct error *error);
// Whether all of the file is as SQLite has written it. Reads all of it.
bool store_is_sound(struct store *store);
// Whether somebody has cut what SQLite has mapped of it: then nothing more is read from it.
bool store_was_cut(const struct store *store);
// Whether the cache can still be read, by this connection and by one that is made now, as those
// that search are. For readiness; takes well under a millisecond.
bool store_healthy(struct store *store);
// Makes a cache that is not healthy or not sound again, in its place: what is there is moved aside.
// Those who read open their connections again. False and error when it cannot be, and then there is
// none until it can. The loader has to put its pages in again.
bool store_rebuild(struct store *store, struct slice fingerprint, struct error *error);
// Bytes that SQLite has allocated in this process. From any thread.
int64_t store_memory(void);

// ---- texts ----
//
// Texts of pages, and the HTML made of them, under numbers that are never used again: a snapshot
// that holds a number reads what it was loaded from, whatever has been saved since. A text that
// pages have no more is deleted once every snapshot older than that has ended its lease.

// Within a load. The text gets a number.
bool store_put_text(struct store *store, struct slice text, int64_t *id, struct error *error);
bool store_get_text(struct store *store, int64_t id, struct arena *arena, struct slice *text);
// What of a load is to be kept until it ends its lease. NULL when out of memory.
struct store_lease;
struct store_lease *store_lease(struct store *store, uint64_t generation);
// From any thread, once; the store may be closed already.
void store_lease_end(void *lease);

// Reads texts for many threads at the same time, each with a connection of its own for as long as
// it reads. Lives as long as the store.
struct store_texts;
struct store_texts *store_texts(struct store *store); // NULL when the store is in memory
// Which of the files that the store had in its time it reads; what has been put there is in no
// other.
unsigned store_texts_epoch(const struct store_texts *texts);
// False: it is not there, or cannot be read. The text is the arena's.
bool store_texts_read(struct store_texts *texts, unsigned epoch, int64_t id, struct arena *arena,
                      struct slice *text);
// The HTML that was put with this key.
bool store_texts_body(struct store_texts *texts, unsigned epoch, int64_t id, uint64_t key,
                      struct arena *arena, struct slice *html);
// Whether a text was not there that has been put, since it was last asked: the cache is damaged.
void store_texts_suspect(struct store_texts *texts);
bool store_texts_are_suspect(struct store_texts *texts);

// ---- answers of the site's JavaScript ----
//
// Records by key, made by lib/script, whose struct script_memory these functions are. They are
// written beside the loads, when nobody else writes, so that no one waits; what is put is there at
// once for this process, for others within seconds or when the store is closed. From any thread.

struct store_answers;
// Lives as long as the store. When that is in memory, they live no longer than the process.
struct store_answers *store_answers(struct store *store);
// The record of the key, in the arena. False: none, or it is damaged.
bool store_answers_get(void *answers, uint64_t key, struct arena *arena, struct slice *record);
bool store_answers_put(void *answers, uint64_t key, struct slice record);
void store_answers_remove(void *answers, uint64_t key);
// Writes what waits. False: not now, since a load is being written.
bool store_answers_flush(struct store_answers *answers);
int64_t store_answers_count(struct store_answers *answers);

// ---- search ----

struct search_document {
    struct slice url;
    struct slice title;
    struct slice name;     // in the navigation
    struct slice names;    // what else the page is called: section, navigation, address
    struct slice headings; // plain texts, one a line
    struct slice description;
    struct slice body; // plain text
    struct slice section;
    struct slice language; // a tag; "" for the site's own
    // When readers may find it, in ms since the epoch: from, and until before; infinite: always.
    double visible_from, visible_until;
    uint64_t inputs; // a hash of all that the document is made of; 0: unknown
};
// Brings the index up to date: open, a put for every document there is to be, finish, close; or,
// with `changes`, a put or forget for those that are not as they were. Readers see it grow, some
// hundred documents at a time. Closed without finish, it keeps what was put and what was there
// before. The thread is the store's. NULL and error on failure.
struct store_index;
struct store_index *store_index_open(struct store *store, bool changes, struct error *error);
// Writes the document unless the same is there already.
bool store_index_put(struct store_index *index, const struct search_document *document,
                     struct error *error);
// Keeps the document of the URL when it was made of the same inputs. False: it was not.
bool store_index_is(struct store_index *index, struct slice url, uint64_t inputs);
// Puts the HTML made of a text into the store, for store_texts_body.
bool store_index_body(struct store_index *index, int64_t id, uint64_t key, struct slice html,
                      struct error *error);
// Removes the document of the URL, if there is one and it was not put.
bool store_index_forget(struct store_index *index, struct slice url, struct error *error);
// Removes, unless these are but changes, what was not put. synonyms: lines "word: other, another"
// ("" for none).
bool store_index_finish(struct store_index *index, struct slice synonyms, struct error *error);
void store_index_close(struct store_index *index); // NULL allowed

struct store_reader;
// A read-only connection. It follows rebuilds of the same store. NULL and error on failure.
struct store_reader *store_reader_open(const char *uri, struct error *error);
void store_reader_close(struct store_reader *reader);

// More hits than this are not counted, and none beyond are given out: what a search costs does not
// depend on how many pages match.
enum { SEARCH_COUNTED_MAX = 200 };

struct search_hit {
    struct slice url, title, description, section;
    struct slice snippet; // HTML: escaped text with <mark> around the terms found; "" when the body
                          // has none of them and there is a description
    struct slice language; // "" for the site's own
    struct slice missing;  // words of the query that the page has not, a space between two
    double score;
};
struct search_section {
    struct slice name; // "" for pages that have none
    size_t total;
};
struct search_request {
    struct slice text;    // any text is a safe query
    struct slice section; // "" means all
    // "" is the site's own. When no page in it is found, pages in other languages are.
    struct slice language;
    size_t offset, limit;
    double now_ms; // pages that are not visible at this moment are not found
    bool suggest;  // the last word may be unfinished, and there are no snippets
    bool sections; // counts the hits of each section
    bool verbatim; // the words are as they are meant: none is spelled otherwise
};
struct search_result {
    struct search_hit *hits;
    size_t count;
    size_t total;                    // hits in all, whatever the page asked for
    bool more;                       // there are more than `total`, which is where counting ended
    struct search_section *sections; // by name, whatever section was asked for
    size_t section_count;
    bool sections_more;        // there are more hits in all sections than were counted
    struct slice did_you_mean; // a better spelling, "" when there is none
    bool corrected;            // the hits are those of did_you_mean
    struct slice left_out;     // words that none of the hits has, a space between two
};
// Results lie in the arena. False and error when the index cannot be read.
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
    struct slice site, replica; // whose it is, in a store of several
    int64_t sent_at;            // seconds since the epoch; 0: not yet
};
enum { FEEDBACK_BATCH = 500 }; // the most entries read at once

// A file that is not a feedback database is an error, never overwritten. The directory is made.
struct feedback *feedback_open(const char *path, struct error *error);
void feedback_close(struct feedback *feedback); // NULL allowed
// Returns true after all entries are on disk, in the file of that name; false when none is, or when
// the file was moved or deleted meanwhile: then it is to be opened again. Waits at most a second
// for others who write.
bool feedback_add(struct feedback *feedback, const struct feedback_entry *entries, size_t count,
                  struct error *error);
// Whether the file of the name is the one that is open.
bool feedback_is_there(const struct feedback *feedback);
// Whether an entry could be added now, as far as can be told without adding one.
bool feedback_probe(struct feedback *feedback, struct error *error);
// Calls fn for each entry, oldest first. The file is free for others while fn runs.
bool feedback_each(struct feedback *feedback,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error);

// What waits to be sent to the store that replicas have in common.
struct feedback_outbox {
    int64_t unsent;
    int64_t oldest_at; // seconds since the epoch; 0 when none waits
};
bool feedback_outbox(struct feedback *feedback, struct feedback_outbox *out, struct error *error);
// Hands the oldest unsent entries to `send`, FEEDBACK_BATCH at most, and marks them as sent when it
// returns true. *count is how many; 0: none waits, and `send` is not called. The file is free for
// others while `send` runs. When only the marking fails they are handed out again, with the same
// uid.
bool feedback_send(struct feedback *feedback,
                   bool (*send)(void *state, const struct feedback_entry *entries, size_t count,
                                struct error *error),
                   void *state, size_t *count, struct error *error);

// Copies the file as of one moment, while others write, to a new file of that name, which is on
// disk when it returns true.
bool feedback_backup(struct feedback *feedback, const char *to, struct error *error);
// Adds the entries of a backup that are not there yet, by their uid; *added is how many.
bool feedback_restore(struct feedback *feedback, const char *from, int64_t *added,
                      struct error *error);

// What was done about entries older than the promised days.
struct feedback_retained {
    int64_t removed;    // now: a share of all at most
    int64_t kept;       // of those removed, still in the table `removed`
    int64_t jump_days;  // the clock is that far ahead of when this was last done; 0: as expected
    int64_t doubt_days; // nothing is removed for so many days, as the clock is doubted
};
// To be called once a day. `now` in seconds since the epoch.
bool feedback_retain(struct feedback *feedback, unsigned days, int64_t now,
                     struct feedback_retained *out, struct error *error);

#endif
