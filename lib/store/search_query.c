// SPDX-License-Identifier: MIT
//
// Searching: what is tried, one after the other until something is found, and ranking.
//
//   all words ─▶ the last one unfinished ─▶ all words, spelled better ─▶ any of the words
//
// To rank a page, FTS5 reads all its hits. A word that is on thousands of pages would make that
// slow, so no more than RANKED_MAX are ever ranked together: when there are more, those that have
// the words in better places – the beginning of the title, the title, a heading – are ranked by
// themselves and come before the rest.
#include "search.h"

#include <stdlib.h>

enum { RANKED_MAX = 200, TIERS = 4 };

// Readers see a page from its moment on and until it expires, whenever it was indexed.
#define VISIBLE "d.visible_from <= ?2 AND ?2 < d.visible_until"
// bm25 is smaller for better hits. A page whose title, or name in the navigation, is the query
// comes first, then those whose title begins with it; words that say nothing apart.
static const char FIND[] =
    "SELECT id, url, title, description, section, score FROM ("
    "SELECT d.*, bm25(search, 12.0, 6.0, 5.0, 4.0, 1.0) * d.weight AS score"
    " FROM search JOIN documents d ON d.id = search.rowid"
    " WHERE search MATCH ?1 AND " VISIBLE " AND (?3 = '' OR d.section = ?3) LIMIT ?7 OFFSET ?8)"
    " ORDER BY (title_words = ?4) * 2 + (name_words = ?4) DESC,"
    " instr(title_words || ' ', ?4 || ' ') = 1 DESC, score LIMIT ?5 OFFSET ?6";
// Of the hits that are shown only: it takes longer than ranking.
static const char SNIPPET[] = "SELECT snippet(search, 4, char(2), char(3), '…', 28)"
                              " FROM search WHERE search MATCH ?1 AND rowid = ?2";
static const char COUNT[] =
    "SELECT count(*) FROM (SELECT 1"
    " FROM search JOIN documents d ON d.id = search.rowid"
    " WHERE search MATCH ?1 AND " VISIBLE " AND (?3 = '' OR d.section = ?3) LIMIT ?4)";
// The same where all pages count: four times as fast, as nothing but the full-text index is read.
static const char COUNT_ALL[] =
    "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?1 LIMIT ?4)";
static const char TIMED[] =
    "SELECT 1 FROM documents WHERE visible_from > -9e999 OR visible_until < 9e999 LIMIT 1";
static const char SECTIONS[] =
    "SELECT d.section, count(*)"
    " FROM search JOIN documents d ON d.id = search.rowid"
    " WHERE search MATCH ?1 AND " VISIBLE " GROUP BY d.section ORDER BY d.section";

static bool prepare(struct store_reader *reader, struct error *error)
{
    const struct {
        const char *sql;
        sqlite3_stmt **statement;
    } ROWS[] = {
        {FIND, &reader->find},
        {SNIPPET, &reader->snippet},
        {COUNT, &reader->count},
        {COUNT_ALL, &reader->count_all},
        {TIMED, &reader->timed},
        {SECTIONS, &reader->sections},
        {"SELECT 1 FROM words WHERE word = ?", &reader->known},
        {"SELECT word, uses FROM words WHERE substr(word,1,1) = substr(?1,1,1)"
         " AND length(word) BETWEEN ?2 AND ?3",
         &reader->same_start},
        {"SELECT word, uses FROM words WHERE substr(word,-2) = substr(?1,-2)"
         " AND length(word) BETWEEN ?2 AND ?3",
         &reader->same_end},
        {"SELECT other FROM synonyms WHERE word = ? LIMIT 8", &reader->synonyms},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (!database_prepare(reader->db, ROWS[i].sql, ROWS[i].statement, error))
            return false;
    return true;
}

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
    if (ok && prepare(reader, error))
        return reader;
    store_reader_close(reader);
    return NULL;
}

void store_reader_close(struct store_reader *reader)
{
    if (!reader)
        return;
    sqlite3_stmt *const statements[] = {
        reader->find,     reader->snippet, reader->count,      reader->count_all, reader->timed,
        reader->sections, reader->known,   reader->same_start, reader->same_end,  reader->synonyms};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close_v2(reader->db);
    free(reader);
}

// ---- hits ----

// False when no term is marked in it: such a text says nothing of why the page was found.
static bool snippet_html(struct arena *arena, struct slice text, struct slice *html)
{
    struct buffer out = buffer_create(arena, 0);
    size_t from = 0, marks = 0;
    text = slice_trim(text);
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.ptr[i] : '\2';
        if (c != '\2' && c != '\3')
            continue;
        buffer_append_html(&out, slice_sub(text, from, i));
        if (i < text.len)
            buffer_append_cstr(&out, c == '\2' ? "<mark>" : "</mark>");
        marks += i < text.len;
        from = i + 1;
    }
    *html = buffer_slice(&out);
    return marks > 0;
}

// "" when the body has none of the terms and the description can be shown in its place.
static struct slice read_snippet(struct query *query, struct slice match, int64_t id,
                                 bool has_description)
{
    sqlite3_stmt *snippet = query->reader->snippet;
    struct slice html = SLICE_EMPTY;
    database_bind_text(snippet, 1, match);
    sqlite3_bind_int64(snippet, 2, id);
    if (sqlite3_step(snippet) == SQLITE_ROW &&
        !snippet_html(query->arena, database_text(snippet, 0), &html) && has_description)
        html = SLICE_EMPTY;
    sqlite3_reset(snippet);
    return html;
}

static struct search_hit read_hit(struct query *query, struct slice match)
{
    sqlite3_stmt *find = query->reader->find;
    struct search_hit hit = {
        .url = database_copy(find, 1, query->arena),
        .title = database_copy(find, 2, query->arena),
        .description = database_copy(find, 3, query->arena),
        .section = database_copy(find, 4, query->arena),
        .score = -sqlite3_column_double(find, 5),
    };
    if (!query->request->suggest)
        hit.snippet =
            read_snippet(query, match, sqlite3_column_int64(find, 0), hit.description.len > 0);
    return hit;
}

static void bind(const struct query *query, sqlite3_stmt *statement, struct slice match)
{
    database_bind_text(statement, 1, match);
    sqlite3_bind_double(statement, 2, query->request->now_ms);
}

// Appends the hits of the expression from `offset` on, up to `limit` in all; no further than the
// run of RANKED_MAX that the first is in.
static bool read_hits(struct query *query, struct slice match, size_t offset,
                      struct search_result *out)
{
    sqlite3_stmt *find = query->reader->find;
    size_t limit = query->request->limit;
    int code = SQLITE_DONE;
    bind(query, find, match);
    database_bind_text(find, 3, query->request->section);
    database_bind_text(find, 4, match_key(query));
    sqlite3_bind_int64(find, 5, (sqlite3_int64)(limit - out->count));
    sqlite3_bind_int64(find, 6, (sqlite3_int64)(offset % RANKED_MAX));
    sqlite3_bind_int64(find, 7, RANKED_MAX);
    sqlite3_bind_int64(find, 8, (sqlite3_int64)(offset - offset % RANKED_MAX));
    while (out->count < limit && (code = sqlite3_step(find)) == SQLITE_ROW)
        out->hits[out->count++] = read_hit(query, match);
    bool ok = code == SQLITE_ROW || code == SQLITE_DONE ||
              database_fail(query->reader->db, "search", query->error);
    sqlite3_reset(find);
    return ok;
}

// ---- counting ----

// Whether there is a page that appears or expires at some time.
static bool has_timed(struct store_reader *reader)
{
    bool timed = sqlite3_step(reader->timed) != SQLITE_DONE;
    sqlite3_reset(reader->timed);
    return timed;
}

// Stops counting at `most`.
static bool count_hits(struct query *query, struct slice match, size_t most, size_t *total)
{
    sqlite3_stmt *count = query->all_count ? query->reader->count_all : query->reader->count;
    bind(query, count, match);
    database_bind_text(count, 3, query->request->section);
    sqlite3_bind_int64(count, 4, (sqlite3_int64)most);
    int code = sqlite3_step(count);
    *total = code == SQLITE_ROW ? (size_t)sqlite3_column_int64(count, 0) : 0;
    bool ok =
        code == SQLITE_ROW || database_fail(query->reader->db, "count the hits", query->error);
    sqlite3_reset(count);
    return ok;
}

// In all sections, whichever the request is limited to; the total follows from that.
static bool count_sections(struct query *query, struct slice match, struct search_result *out)
{
    enum { SECTIONS_MAX = 50 };
    sqlite3_stmt *sections = query->reader->sections;
    struct slice wanted = query->request->section;
    int code;
    if (!out->sections)
        out->sections = arena_zalloc(query->arena, SECTIONS_MAX, sizeof *out->sections);
    if (!out->sections)
        return error_memory(query->error);
    out->section_count = 0;
    bind(query, sections, match);
    while ((code = sqlite3_step(sections)) == SQLITE_ROW) {
        struct search_section section = {database_copy(sections, 0, query->arena),
                                         (size_t)sqlite3_column_int64(sections, 1)};
        if (!wanted.len || slice_equal(section.name, wanted))
            out->total += section.total;
        if (out->section_count < SECTIONS_MAX)
            out->sections[out->section_count++] = section;
    }
    bool ok =
        code == SQLITE_DONE || database_fail(query->reader->db, "count the hits", query->error);
    sqlite3_reset(sections);
    return ok;
}

// ---- the search ----

// Where the words stand, from the best place to the worst; each without what those before it have.
// When many have them in the title, those whose title begins with them come first.
static bool make_tiers(struct query *query, struct slice match, struct slice tiers[TIERS])
{
    struct arena *arena = query->arena;
    struct slice title = match_title_start(query);
    struct slice named = arena_printf(arena, "{title names} : (%.*s)", SLICE_ARG(match));
    struct slice better =
        arena_printf(arena, "{title names headings description} : (%.*s)", SLICE_ARG(match));
    size_t count;
    if (!count_hits(query, named, RANKED_MAX, &count))
        return false;
    if (count < RANKED_MAX)
        tiers[0] = count ? named : SLICE_EMPTY;
    else {
        tiers[0] = arena_printf(arena, "(%.*s) AND (%.*s)", SLICE_ARG(named), SLICE_ARG(title));
        tiers[1] = arena_printf(arena, "(%.*s) NOT (%.*s)", SLICE_ARG(named), SLICE_ARG(title));
    }
    tiers[2] = arena_printf(arena, "(%.*s) NOT (%.*s)", SLICE_ARG(better), SLICE_ARG(named));
    tiers[3] = arena_printf(arena, "(%.*s) NOT (%.*s)", SLICE_ARG(match), SLICE_ARG(better));
    return true;
}

// The hits of one tier from *offset on; *offset becomes what is left to pass over in the next.
// What a tier has above RANKED_MAX follows in further runs, each ranked by itself.
static bool read_tier(struct query *query, struct slice tier, size_t *offset,
                      struct search_result *out)
{
    size_t found = 0, before = SIZE_MAX;
    if (!tier.len)
        return true;
    if (*offset && !count_hits(query, tier, *offset + 1, &found))
        return false;
    if (*offset && found <= *offset) {
        *offset -= found;
        return true;
    }
    while (out->count < query->request->limit && out->count != before) {
        before = out->count;
        if (!read_hits(query, tier, *offset, out))
            return false;
        *offset += out->count - before;
    }
    *offset = 0;
    return true;
}

static bool read_tiers(struct query *query, struct slice match, struct search_result *out)
{
    struct slice tiers[TIERS] = {{0}};
    size_t offset = query->request->offset;
    if (!make_tiers(query, match, tiers))
        return false;
    for (size_t i = 0; i < TIERS; i++)
        if (!read_tier(query, tiers[i], &offset, out))
            return false;
    return true;
}

static bool read_all(struct query *query, struct slice match, struct search_result *out)
{
    const struct search_request *request = query->request;
    out->hits = arena_zalloc(query->arena, request->limit + 1, sizeof *out->hits);
    if (!out->hits)
        return error_memory(query->error);
    return out->total > RANKED_MAX ? read_tiers(query, match, out)
                                   : read_hits(query, match, request->offset, out);
}

// Tries the expression unless something was found before.
static bool attempt(struct query *query, const char *operator, bool prefix, struct slice *match,
                    struct search_result *out)
{
    enum { ALL = INT32_MAX };
    if (out->total)
        return true;
    query->prefix = prefix;
    *match = match_words(query, operator);
    return query->request->sections
               ? count_sections(query, *match, out)
               : count_hits(query, *match, query->request->suggest ? RANKED_MAX + 1 : ALL,
                            &out->total);
}

static bool search(struct query *query, struct search_result *out)
{
    struct slice match = SLICE_EMPTY, better;
    bool unfinished = !spelling_is_known(query, query->words[query->count - 1]);
    if (!attempt(query, " AND ", query->request->suggest, &match, out) ||
        (unfinished && !attempt(query, " AND ", true, &match, out)))
        return false;
    if (!out->total && spelling_correct(query, &better)) {
        out->did_you_mean = better;
        if (!attempt(query, " AND ", false, &match, out))
            return false;
    }
    if (query->count > 1 && !attempt(query, " OR ", false, &match, out))
        return false;
    out->corrected = out->did_you_mean.len && out->total;
    return !out->total || read_all(query, match, out);
}

bool search_query(struct store_reader *reader, struct arena *arena,
                  const struct search_request *request, struct search_result *out,
                  struct error *error)
{
    enum { TEXT_MAX = 500 };
    struct query query = {.reader = reader,
                          .arena = arena,
                          .request = request,
                          .text = slice_trim(slice_sub(request->text, 0, TEXT_MAX)),
                          .error = error};
    *out = (struct search_result){0};
    match_read_words(&query);
    if (!query.count)
        return true;
    // One transaction: count and hits are of one generation.
    if (!database_run(reader->db, "BEGIN", error))
        return false;
    query.all_count = !request->section.len && !has_timed(reader);
    bool ok = search(&query, out);
    database_run(reader->db, "COMMIT", NULL);
    return ok;
}
