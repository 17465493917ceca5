// SPDX-License-Identifier: MIT
//
// Searching. Any text is a query: it is divided into words, and each becomes a quoted FTS5 string
// with its synonyms beside it, so that no operator of FTS5 is ever the reader's.
//
//   all words ─▶ nothing found? ─▶ all words, spelled better ─▶ nothing found? ─▶ any of the words
#include "database.h"
#include "words.h"

#include <stdlib.h>

enum { WORDS_MAX = 12 };

struct store_reader {
    sqlite3 *db;
    sqlite3_stmt *find, *count, *known, *similar, *synonyms;
};

// bm25 is smaller for better hits. A page whose title, or name in the navigation, is the query
// comes first, then those whose title begins with it; words that say nothing apart.
#define RANK "bm25(search, 12.0, 6.0, 5.0, 4.0, 1.0) * d.weight"
static const char FIND[] =
    "SELECT d.url, d.title, d.description, d.section,"
    " snippet(search, 4, char(2), char(3), '…', 28), " RANK
    " FROM search JOIN documents d ON d.id = search.rowid"
    " WHERE search MATCH ?1 AND (?2 = '' OR d.section = ?2)"
    " ORDER BY (d.title_words = ?3) * 2 + (d.name_words = ?3) DESC,"
    " instr(d.title_words || ' ', ?3 || ' ') = 1 DESC, " RANK " LIMIT ?4 OFFSET ?5";
static const char COUNT[] = "SELECT count(*) FROM search JOIN documents d ON d.id = search.rowid"
                            " WHERE search MATCH ?1 AND (?2 = '' OR d.section = ?2)";

struct store_reader *store_reader_open(const char *uri, struct error *error)
{
    struct store_reader *reader = calloc(1, sizeof *reader);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    if (!reader) {
        error_memory(error);
        return NULL;
    }
    bool ok = sqlite3_open_v2(uri, &reader->db, flags, NULL) == SQLITE_OK ||
              database_fail(reader->db, "open the search index", error);
    // Sorting happens in memory: the sandbox gives no directory for temporary files.
    ok = ok && database_run(reader->db, "PRAGMA temp_store=MEMORY", error);
    if (ok)
        sqlite3_busy_timeout(reader->db, 1000);
    ok =
        ok && database_prepare(reader->db, FIND, &reader->find, error) &&
        database_prepare(reader->db, COUNT, &reader->count, error) &&
        database_prepare(reader->db, "SELECT 1 FROM words WHERE word = ?", &reader->known, error) &&
        database_prepare(reader->db,
                         "SELECT word, uses FROM words WHERE length(word) BETWEEN ?1 AND ?2",
                         &reader->similar, error) &&
        database_prepare(reader->db, "SELECT other FROM synonyms WHERE word = ? LIMIT 8",
                         &reader->synonyms, error);
    if (ok)
        return reader;
    store_reader_close(reader);
    return NULL;
}

void store_reader_close(struct store_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->find);
    sqlite3_finalize(reader->count);
    sqlite3_finalize(reader->known);
    sqlite3_finalize(reader->similar);
    sqlite3_finalize(reader->synonyms);
    sqlite3_close_v2(reader->db);
    free(reader);
}

// ---- the query as FTS5 reads it ----

struct query {
    struct store_reader *reader;
    struct arena *arena;
    struct slice words[WORDS_MAX];
    size_t count;
    struct slice section;
    struct slice text; // as the reader wrote it
    bool prefix;
    struct error *error;
};

static void read_words(struct query *query, bool stop_words)
{
    struct slice rest = query->text, word;
    while (query->count < WORDS_MAX && words_next(query->arena, &rest, &word))
        if (stop_words || !words_is_stop(word))
            query->words[query->count++] = word;
}

// A word holds letters and digits only, so quotes around it are all it needs.
static void append_phrase(struct query *query, struct buffer *out, struct slice text)
{
    struct slice word;
    bool first = true;
    buffer_append_byte(out, '"');
    while (words_next(query->arena, &text, &word)) {
        if (!first)
            buffer_append_byte(out, ' ');
        buffer_append(out, word);
        first = false;
    }
    buffer_append_byte(out, '"');
}

// The words [from, from + count), as synonyms are filed; `cut` letters of the last left out.
static struct slice key_of(struct query *query, size_t from, size_t count, size_t cut)
{
    struct buffer key = buffer_create(query->arena, 0);
    for (size_t i = from; i < from + count; i++) {
        if (i > from)
            buffer_append_byte(&key, ' ');
        buffer_append(&key, query->words[i]);
    }
    struct slice text = buffer_slice(&key);
    return slice_sub(text, 0, text.len > cut + 2 ? text.len - cut : text.len);
}

// Appends " OR" and each synonym of the key; the number of them.
static size_t append_synonyms(struct query *query, struct buffer *out, struct slice key)
{
    sqlite3_stmt *synonyms = query->reader->synonyms;
    size_t count = 0;
    database_bind_text(synonyms, 1, key);
    for (; sqlite3_step(synonyms) == SQLITE_ROW; count++) {
        buffer_append_cstr(out, " OR ");
        append_phrase(query, out, database_text(synonyms, 0));
    }
    sqlite3_reset(synonyms);
    return count;
}

// One word or several and their synonyms, in the singular where the plural has none. False when
// several words have none: then they are no term.
static bool append_term(struct query *query, struct buffer *out, size_t from, size_t count,
                        bool prefix)
{
    static const struct slice PLURALS[] = {{"", 0}, {"s", 1}, {"es", 2}};
    struct buffer others = buffer_create(query->arena, 0);
    struct slice key = key_of(query, from, count, 0);
    size_t found = 0;
    for (size_t i = 0; i < sizeof PLURALS / sizeof *PLURALS && !found; i++)
        if (slice_ends_with(key, PLURALS[i]))
            found = append_synonyms(query, &others, key_of(query, from, count, PLURALS[i].len));
    if (count > 1 && !found)
        return false;
    buffer_append_cstr(out, "((");
    for (size_t i = from; i < from + count; i++) {
        if (i > from)
            buffer_append_cstr(out, " AND ");
        append_phrase(query, out, query->words[i]);
    }
    buffer_append_cstr(out, prefix ? "*)" : ")");
    buffer_append(out, buffer_slice(&others));
    buffer_append_byte(out, ')');
    return true;
}

static struct slice match_text(struct query *query, const char *operator)
{
    enum { TERM_MAX = 3 };
    struct buffer out = buffer_create(query->arena, 0);
    for (size_t i = 0; i < query->count;) {
        size_t left = query->count - i, count = left < TERM_MAX ? left : TERM_MAX;
        if (i)
            buffer_append_cstr(&out, operator);
        // Two letters and more of the last word may be its beginning.
        for (; count > 0; count--) {
            struct slice last = query->words[i + count - 1];
            bool prefix = query->prefix && i + count == query->count && last.len >= 2;
            if (append_term(query, &out, i, count, prefix))
                break;
        }
        i += count ? count : 1;
    }
    return buffer_slice(&out);
}

// ---- hits ----

static struct slice snippet_html(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, 0);
    size_t from = 0;
    text = slice_trim(text);
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.ptr[i] : '\2';
        if (c != '\2' && c != '\3')
            continue;
        buffer_append_html(&out, slice_sub(text, from, i));
        if (i < text.len)
            buffer_append_cstr(&out, c == '\2' ? "<mark>" : "</mark>");
        from = i + 1;
    }
    return buffer_slice(&out);
}

static bool read_hits(struct query *query, struct slice match, size_t offset, size_t limit,
                      struct search_result *out)
{
    sqlite3_stmt *find = query->reader->find;
    int code = SQLITE_DONE;
    out->count = 0;
    out->hits = arena_zalloc(query->arena, limit + 1, sizeof *out->hits);
    if (!out->hits)
        return error_memory(query->error);
    database_bind_text(find, 1, match);
    database_bind_text(find, 2, query->section);
    database_bind_text(find, 3, key_of(query, 0, query->count, 0));
    sqlite3_bind_int64(find, 4, (sqlite3_int64)limit);
    sqlite3_bind_int64(find, 5, (sqlite3_int64)offset);
    while (out->count < limit && (code = sqlite3_step(find)) == SQLITE_ROW)
        out->hits[out->count++] = (struct search_hit){
            .url = database_copy(find, 0, query->arena),
            .title = database_copy(find, 1, query->arena),
            .description = database_copy(find, 2, query->arena),
            .section = database_copy(find, 3, query->arena),
            .snippet = snippet_html(query->arena, database_text(find, 4)),
            .score = -sqlite3_column_double(find, 5),
        };
    bool ok = code == SQLITE_ROW || code == SQLITE_DONE ||
              database_fail(query->reader->db, "search", query->error);
    sqlite3_reset(find);
    return ok;
}

static bool count_hits(struct query *query, struct slice match, size_t *total)
{
    sqlite3_stmt *count = query->reader->count;
    database_bind_text(count, 1, match);
    database_bind_text(count, 2, query->section);
    int code = sqlite3_step(count);
    *total = code == SQLITE_ROW ? (size_t)sqlite3_column_int64(count, 0) : 0;
    bool ok =
        code == SQLITE_ROW || database_fail(query->reader->db, "count the hits", query->error);
    sqlite3_reset(count);
    return ok;
}

// ---- spelling ----

static bool is_known(struct query *query, struct slice word)
{
    database_bind_text(query->reader->known, 1, word);
    bool known = sqlite3_step(query->reader->known) == SQLITE_ROW;
    sqlite3_reset(query->reader->known);
    return known;
}

// The nearest word of the index, the more used one of two; the word itself when none is near.
static struct slice nearest_word(struct query *query, struct slice word)
{
    sqlite3_stmt *similar = query->reader->similar;
    size_t limit = word.len > 5 ? 2 : 1, best = limit + 1;
    int64_t best_uses = 0;
    struct slice nearest = word;
    sqlite3_bind_int64(similar, 1, (sqlite3_int64)(word.len - limit));
    sqlite3_bind_int64(similar, 2, (sqlite3_int64)(word.len + limit));
    while (sqlite3_step(similar) == SQLITE_ROW) {
        struct slice candidate = database_text(similar, 0);
        int64_t uses = sqlite3_column_int64(similar, 1);
        size_t distance = slice_distance(word, candidate, best);
        if (distance > limit || distance > best || (distance == best && uses <= best_uses))
            continue;
        best = distance;
        best_uses = uses;
        nearest = arena_copy(query->arena, candidate);
    }
    sqlite3_reset(similar);
    return nearest;
}

// Replaces words the index does not know. True when any was.
static bool correct(struct query *query, struct slice *better)
{
    struct buffer text = buffer_create(query->arena, 0);
    bool changed = false;
    for (size_t i = 0; i < query->count; i++) {
        struct slice word = query->words[i];
        if (word.len > 3 && word.len < 40 && !is_known(query, word))
            query->words[i] = nearest_word(query, word);
        changed |= !slice_equal(word, query->words[i]);
        if (i)
            buffer_append_byte(&text, ' ');
        buffer_append(&text, query->words[i]);
    }
    *better = buffer_slice(&text);
    return changed;
}

// ---- the search ----

static bool search(struct query *query, size_t offset, size_t limit, struct search_result *out)
{
    struct slice match = match_text(query, " AND "), better;
    if (!count_hits(query, match, &out->total))
        return false;
    if (!out->total && correct(query, &better)) {
        out->did_you_mean = better;
        match = match_text(query, " AND ");
        if (!count_hits(query, match, &out->total))
            return false;
        out->corrected = out->total > 0;
    }
    if (!out->total && query->count > 1) {
        match = match_text(query, " OR ");
        if (!count_hits(query, match, &out->total))
            return false;
        out->corrected = out->did_you_mean.len && out->total > 0;
    }
    return !out->total || read_hits(query, match, offset, limit, out);
}

bool search_query(struct store_reader *reader, struct arena *arena, struct slice text,
                  struct slice section, size_t offset, size_t limit, bool prefix,
                  struct search_result *out, struct error *error)
{
    struct query query = {.reader = reader,
                          .arena = arena,
                          .section = section,
                          .text = slice_trim(slice_sub(text, 0, 500)),
                          .prefix = prefix,
                          .error = error};
    *out = (struct search_result){0};
    read_words(&query, false);
    if (!query.count)
        read_words(&query, true);
    if (!query.count)
        return true;
    // One transaction: count and hits are of one generation.
    if (!database_run(reader->db, "BEGIN", error))
        return false;
    bool ok = search(&query, offset, limit, out);
    database_run(reader->db, "COMMIT", NULL);
    return ok;
}
