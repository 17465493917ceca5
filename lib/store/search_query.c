// SPDX-License-Identifier: MIT
//
// Searching: the attempts, one after another until something is found, and ranking.
//
//   all words ─▶ the last one unfinished ─▶ all words, some spelled otherwise ─▶ most of the words
//
// The results decide which spelling is meant: a word may stand for any with similar spelling, and
// the best page's is taken. Then that spelling is searched for, so that the results are those of a
// search for the named words. If no page has all words, pages with most of them are found, with the
// words that each lacks.
//
// Reads are bounded, however many pages match. The first SEARCH_COUNTED_MAX matches are ranked, in
// the order of the index, which is that of the pages' depth in the site. If there are more, the
// result says so, and the best may be among the others; so pages with the words in better places –
// the title, a heading – are ranked as well, PLACED_MAX of each kind, and those whose title is the
// query or begins with it.
#include "search.h"

#include <limits.h>
#include <stdlib.h>

enum {
    PLACED_MAX = 50,
    TITLES_MAX = 50,
    CANDIDATES_MAX = SEARCH_COUNTED_MAX + 6 * PLACED_MAX + 3 * TITLES_MAX,
    SLOTS = 2048, // more than twice CANDIDATES_MAX
    SECTIONS_MAX = 50
};
#define NOWHERE "qx" // in no page
static const char AND[] = " AND ", OR[] = " OR ";
// How many of the query's words a match must have.
enum wanted { ALL, MOST };

static const char MATCHES[] =
    "SELECT rowid, relevance(search) FROM search WHERE search MATCH ? ORDER BY rowid";
// Titles or names that are the query, or titles that begin with it, ignoring stop words; and the
// title's length. Of those read, the shortest that are the query.
static const char TITLES[] =
    "SELECT * FROM (SELECT id, 4, length(title) FROM documents WHERE title_words = ?1"
    " AND (?4 = '' OR section = ?4) AND (?6 OR language = ?7) ORDER BY length(title) LIMIT ?5)"
    " UNION ALL SELECT * FROM (SELECT id, 2, 0 FROM documents WHERE name_words = ?1"
    " AND (?4 = '' OR section = ?4) AND (?6 OR language = ?7) LIMIT ?5)"
    " UNION ALL SELECT * FROM (SELECT id, 1, length(title) FROM documents"
    " WHERE title_words >= ?2 AND title_words < ?3 AND (?4 = '' OR section = ?4)"
    " AND (?6 OR language = ?7) LIMIT ?5)";
// Documents hidden now, and whether their words are in the list of words.
static const char HIDDEN[] =
    "SELECT id, counted FROM documents INDEXED BY documents_from WHERE "
    "visible_from > ?1 AND visible_from > -9e999"
    " UNION SELECT id, counted FROM documents INDEXED BY documents_until WHERE "
    "visible_until <= ?1 AND visible_until < 9e999"
    " ORDER BY 1";

static bool prepare_reader(struct store_reader *reader, struct error *error)
{
    const struct {
        const char *sql;
        sqlite3_stmt **statement;
    } ROWS[] = {
        {MATCHES, &reader->matches},
        {TITLES, &reader->titles},
        {HIDDEN, &reader->hidden},
        {"SELECT url, title, description, section, language, size FROM documents WHERE id = ?",
         &reader->document},
        {"SELECT section FROM documents WHERE id = ?", &reader->section},
        // The table in which FTS5 keeps the texts: reading it through FTS5 takes twice as long.
        {"SELECT c4 FROM search_content WHERE id = ?", &reader->body},
        {"SELECT uses FROM words WHERE word = ?", &reader->known},
        {"SELECT word FROM (SELECT word, uses FROM words WHERE word > ?1 AND word < ?2 LIMIT 3000)"
         " ORDER BY uses DESC LIMIT ?3",
         &reader->begin},
        {"SELECT word, uses FROM words WHERE substr(word,1,2) = substr(?1,1,2)"
         " AND length(word) BETWEEN ?2 AND ?3 LIMIT 3000",
         &reader->same_start},
        {"SELECT word, uses FROM words WHERE substr(word,-2) = substr(?1,-2)"
         " AND length(word) BETWEEN ?2 AND ?3 LIMIT 3000",
         &reader->same_end},
        {"SELECT other FROM synonyms WHERE word = ? LIMIT 8", &reader->synonyms},
        {"SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?1 LIMIT ?2)",
         &reader->count},
        {"SELECT 1 FROM search WHERE search MATCH ?1 AND rowid = ?2", &reader->has},
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
    // Sort in memory: the sandbox has no directory for temporary files.
    ok = ok && database_run(reader->db, "PRAGMA temp_store=MEMORY", error);
    if (ok) {
        sqlite3_busy_timeout(reader->db, 1000);
        // A plan may depend on no parameter (here of a partial index, see HIDDEN): SQLite would
        // prepare the statement again for every search.
        sqlite3_db_config(reader->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    }
    if (ok && rank_register(reader, error) && prepare_reader(reader, error))
        return reader;
    store_reader_close(reader);
    return NULL;
}

void store_reader_close(struct store_reader *reader)
{
    if (!reader)
        return;
    sqlite3_stmt *const statements[] = {
        reader->matches,  reader->document, reader->body,  reader->section,    reader->titles,
        reader->hidden,   reader->known,    reader->begin, reader->same_start, reader->same_end,
        reader->synonyms, reader->count,    reader->has};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        sqlite3_finalize(statements[i]);
    if (reader->tokens)
        reader->tokenizer.xDelete(reader->tokens);
    sqlite3_close_v2(reader->db);
    free(reader);
}

// ---- candidates ----

struct candidate {
    int64_t id;
    double relevance;
    unsigned found;   // a bit for each word it has
    unsigned titled;  // how the title matches the query: the bits of TITLES
    int title_length; // of a title that is the query or begins with it
};

// The expression, its matches, and those that are ranked.
struct matches {
    struct query *query;
    struct slice all;        // the words in any place, in the requested section
    struct slice everywhere; // the same in any section
    enum wanted wanted;
    int least; // the fewest words a match has
    bool any_language;
    size_t count; // so many candidates come first, in the order of the index
    bool more;    // there are more than SEARCH_COUNTED_MAX
    struct candidate candidates[CANDIDATES_MAX];
    size_t candidate_count;
    uint16_t slots[SLOTS]; // by id: the number of a candidate, from 1
};

// The slot of the candidate with the id, or a free one.
static uint16_t *slot_of(struct matches *matches, int64_t id)
{
    size_t at = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 40) % SLOTS;
    while (matches->slots[at] && matches->candidates[matches->slots[at] - 1].id != id)
        at = (at + 1) % SLOTS;
    return &matches->slots[at];
}

static struct candidate *add_candidate(struct matches *matches, int64_t id)
{
    uint16_t *slot = slot_of(matches, id);
    if (!*slot && matches->candidate_count < CANDIDATES_MAX) {
        matches->candidates[matches->candidate_count++] =
            (struct candidate){.id = id, .found = UINT_MAX};
        *slot = (uint16_t)matches->candidate_count;
    }
    return *slot ? &matches->candidates[*slot - 1] : NULL;
}

static int compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static bool is_hidden(const struct query *query, int64_t id)
{
    return query->hidden_count &&
           bsearch(&id, query->hidden, query->hidden_count, sizeof id, compare_ids);
}

// The next match that is visible. `ranked`: with its relevance. False at the end and on failure.
static bool next_match(struct query *query, bool ranked, int64_t *id, int *code)
{
    struct store_reader *reader = query->reader;
    reader->ranking.on = ranked;
    while ((*code = sqlite3_step(reader->matches)) == SQLITE_ROW) {
        *id = sqlite3_column_int64(reader->matches, 0);
        if (!is_hidden(query, *id))
            return true;
    }
    return false;
}

static bool end_matches(struct query *query, int code)
{
    bool ok = code == SQLITE_ROW || code == SQLITE_DONE ||
              database_fail(query->reader->db, "search", query->error);
    sqlite3_reset(query->reader->matches);
    return ok;
}

// ---- reading matches ----

static int words_in(unsigned found)
{
    int count = 0;
    for (; found; found &= found - 1)
        count++;
    return count;
}

// Adds the statement's current row to the candidates.
static void rank(struct matches *matches, int64_t id)
{
    static const double HAVING = 20; // how much more it counts that a page has a word than where
    unsigned found = matches->query->reader->ranking.found;
    struct candidate *candidate =
        words_in(found) >= matches->least ? add_candidate(matches, id) : NULL;
    if (!candidate)
        return;
    candidate->relevance = sqlite3_column_double(matches->query->reader->matches, 1);
    if (matches->wanted == ALL)
        return;
    candidate->found = found;
    double having = 0;
    for (size_t i = 0; i < matches->query->count; i++)
        having += (found >> i & 1) * look_weight(matches->query, i);
    candidate->relevance += HAVING * having;
}

// Drops candidates with fewer than half as many words as the best.
static void keep_most(struct matches *matches)
{
    int best = 0;
    for (size_t i = 0; i < matches->candidate_count; i++) {
        int words = words_in(matches->candidates[i].found);
        best = words > best ? words : best;
    }
    matches->least = (best + 1) / 2;
    size_t count = matches->candidate_count;
    matches->candidate_count = matches->count = 0;
    memset(matches->slots, 0, sizeof matches->slots);
    for (size_t i = 0; i < count; i++) {
        struct candidate kept = matches->candidates[i], *copy;
        if (words_in(kept.found) < matches->least || !(copy = add_candidate(matches, kept.id)))
            continue;
        *copy = kept;
        matches->count++;
    }
}

static bool read_matches(struct matches *matches)
{
    struct query *query = matches->query;
    int64_t id;
    int code;
    query->reader->ranking.ready = false;
    matches->count = matches->candidate_count = 0;
    matches->least = 0;
    matches->more = false;
    memset(matches->slots, 0, sizeof matches->slots);
    database_bind_text(query->reader->matches, 1, matches->all);
    while (next_match(query, true, &id, &code)) {
        matches->more = matches->count == SEARCH_COUNTED_MAX;
        if (matches->more)
            break;
        rank(matches, id);
        matches->count++;
    }
    if (matches->wanted == MOST)
        keep_most(matches);
    return end_matches(query, code);
}

// Ranks matches of the expression `placed`, which asks for good places.
static bool read_placed(struct matches *matches, struct slice placed)
{
    struct query *query = matches->query;
    // NOT keeps FTS5 from merging both into one AND, so that the places, which are few, are read
    // first.
    struct slice expression = arena_printf(query->arena, "(%.*s) AND ((%.*s) NOT " NOWHERE ")",
                                           SLICE_ARG(matches->all), SLICE_ARG(placed));
    int64_t id;
    int code = SQLITE_DONE;
    database_bind_text(query->reader->matches, 1, expression);
    for (size_t i = 0; i < PLACED_MAX && next_match(query, true, &id, &code); i++)
        rank(matches, id);
    return end_matches(query, code);
}

// Titles that are the query, or begin with it. All of them are matches.
static bool read_titles(struct matches *matches)
{
    struct query *query = matches->query;
    sqlite3_stmt *titles = query->reader->titles;
    struct slice key = match_key(query);
    struct slice space = query->prefix ? SLICE("") : SLICE(" "); // the last word is complete
    int code;
    database_bind_text(titles, 1, key);
    database_bind_text(titles, 2,
                       arena_printf(query->arena, "%.*s%.*s", SLICE_ARG(key), SLICE_ARG(space)));
    database_bind_text(
        titles, 3, arena_printf(query->arena, "%.*s%.*s\xff", SLICE_ARG(key), SLICE_ARG(space)));
    database_bind_text(titles, 4, query->request->section);
    sqlite3_bind_int64(titles, 5, TITLES_MAX);
    sqlite3_bind_int(titles, 6, matches->any_language);
    database_bind_text(titles, 7, query->request->language);
    while ((code = sqlite3_step(titles)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(titles, 0);
        if (is_hidden(query, id) || (!matches->more && !*slot_of(matches, id)))
            continue;
        struct candidate *candidate = add_candidate(matches, id);
        if (!candidate)
            continue;
        candidate->titled |= (unsigned)sqlite3_column_int(titles, 1);
        if (sqlite3_column_int(titles, 2))
            candidate->title_length = sqlite3_column_int(titles, 2);
    }
    bool ok = code == SQLITE_DONE || database_fail(query->reader->db, "search", query->error);
    sqlite3_reset(titles);
    return ok;
}

// Ranks, beyond the bound, matches with all words in the title, with all in good places, or with
// any of the first few words in the title.
static bool rank_placed(struct matches *matches)
{
    enum { SINGLE_MAX = 4 };
    struct query *query = matches->query;
    size_t single = query->count == 1 ? 0 : query->count < SINGLE_MAX ? query->count : SINGLE_MAX;
    const char *between = matches->wanted == ALL ? AND : OR;
    if (!read_placed(matches, match_words(query, between, PLACE_TITLE)) ||
        !read_placed(matches, match_words(query, between, PLACE_GOOD)))
        return false;
    for (size_t i = 0; i < single; i++)
        if (!read_placed(matches, match_word(query, i, PLACE_TITLE)))
            return false;
    return true;
}

static bool rank_matches(struct matches *matches)
{
    return (!matches->more || rank_placed(matches)) &&
           (matches->wanted == MOST || read_titles(matches));
}

// ---- hits ----

static int compare_hits(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    // An exact title first, then an exact name, then titles that begin with the query, the shortest
    // first.
    if (a->titled != b->titled)
        return a->titled < b->titled ? 1 : -1;
    if (a->title_length != b->title_length)
        return a->title_length < b->title_length ? -1 : 1;
    if (a->relevance != b->relevance)
        return a->relevance < b->relevance ? 1 : -1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static struct slice read_snippet(struct query *query, struct snippet *snippet, int64_t id,
                                 bool has_description)
{
    sqlite3_stmt *body = query->reader->body;
    struct slice html = SLICE_EMPTY;
    sqlite3_bind_int64(body, 1, id);
    if (sqlite3_step(body) == SQLITE_ROW)
        html = snippet_html(snippet, database_text(body, 0), !has_description);
    sqlite3_reset(body);
    return html;
}

// The query's words that were not found, separated by spaces.
static struct slice words_without(const struct query *query, unsigned found)
{
    struct buffer out = buffer_create(query->arena, 0);
    for (size_t i = 0; i < query->count; i++) {
        if (found >> i & 1)
            continue;
        buffer_append_cstr(&out, out.len ? " " : "");
        buffer_append(&out, query->words[i]);
    }
    return buffer_slice(&out);
}

static bool read_hit(struct query *query, struct snippet *snippet,
                     const struct candidate *candidate, struct search_result *out)
{
    sqlite3_stmt *document = query->reader->document;
    sqlite3_bind_int64(document, 1, candidate->id);
    bool found = sqlite3_step(document) == SQLITE_ROW;
    if (found) {
        struct search_hit *hit = &out->hits[out->count++];
        *hit = (struct search_hit){
            .url = database_copy(document, 0, query->arena),
            .title = database_copy(document, 1, query->arena),
            .description = database_copy(document, 2, query->arena),
            .section = database_copy(document, 3, query->arena),
            .language = database_copy(document, 4, query->arena),
            .missing = words_without(query, candidate->found),
            .score = candidate->relevance,
        };
        if (snippet)
            hit->snippet = read_snippet(query, snippet, candidate->id, hit->description.len > 0);
    }
    sqlite3_reset(document);
    return found || database_fail(query->reader->db, "read a page", query->error);
}

// Sorts the candidates, best first, which invalidates the slots. The first few get a second look.
static void sort_candidates(struct matches *matches)
{
    enum { LOOKED_AT = 40 };
    struct query *query = matches->query;
    sqlite3_stmt *document = query->reader->document;
    size_t count = matches->candidate_count;
    qsort(matches->candidates, count, sizeof *matches->candidates, compare_hits);
    count = count < LOOKED_AT ? count : LOOKED_AT;
    for (size_t i = 0; i < count; i++) {
        struct candidate *candidate = &matches->candidates[i];
        sqlite3_bind_int64(document, 1, candidate->id);
        if (sqlite3_step(document) == SQLITE_ROW)
            candidate->relevance +=
                look_again(query, database_text(document, 1), database_text(document, 2),
                           sqlite3_column_double(document, 5));
        sqlite3_reset(document);
    }
    qsort(matches->candidates, count, sizeof *matches->candidates, compare_hits);
}

// Reads the requested hits, best first.
static bool read_hits(struct matches *matches, struct search_result *out)
{
    struct query *query = matches->query;
    const struct search_request *request = query->request;
    size_t last = request->offset + request->limit;
    struct snippet *snippet = request->suggest ? NULL : snippet_prepare(query);
    out->hits = arena_zalloc(query->arena, request->limit + 1, sizeof *out->hits);
    if (!out->hits || (!snippet && !request->suggest))
        return error_memory(query->error);
    last = last < out->total ? last : out->total;
    sort_candidates(matches);
    for (size_t i = request->offset; i < last; i++)
        if (!read_hit(query, snippet, &matches->candidates[i], out))
            return false;
    return true;
}

// ---- sections ----

static void count_section(struct query *query, int64_t id, struct search_result *out)
{
    sqlite3_stmt *row = query->reader->section;
    sqlite3_bind_int64(row, 1, id);
    struct slice name = sqlite3_step(row) == SQLITE_ROW ? database_text(row, 0) : SLICE_EMPTY;
    size_t i = 0;
    while (i < out->section_count && !slice_equal(out->sections[i].name, name))
        i++;
    if (i == out->section_count && i < SECTIONS_MAX)
        out->sections[out->section_count++].name = arena_copy(query->arena, name);
    if (i < SECTIONS_MAX)
        out->sections[i].total++;
    else
        out->sections_more = true;
    sqlite3_reset(row);
}

static int compare_sections(const void *left, const void *right)
{
    const struct search_section *a = left, *b = right;
    return slice_compare(a->name, b->name);
}

// Counts all sections, even if the request is limited to one.
static bool count_sections(struct matches *matches, struct search_result *out)
{
    struct query *query = matches->query;
    int64_t id;
    int code = SQLITE_DONE;
    out->sections = arena_zalloc(query->arena, SECTIONS_MAX, sizeof *out->sections);
    if (!out->sections)
        return error_memory(query->error);
    if (!query->request->section.len) {
        out->sections_more = matches->more;
        for (size_t i = 0; i < matches->count; i++)
            count_section(query, matches->candidates[i].id, out);
    } else {
        database_bind_text(query->reader->matches, 1, matches->everywhere);
        size_t count = 0;
        bool ranked = matches->wanted == MOST;
        while (next_match(query, ranked, &id, &code) && count++ < SEARCH_COUNTED_MAX)
            if (!ranked || words_in(query->reader->ranking.found) >= matches->least)
                count_section(query, id, out);
        out->sections_more |= count > SEARCH_COUNTED_MAX;
        if (!end_matches(query, code))
            return false;
    }
    qsort(out->sections, out->section_count, sizeof *out->sections, compare_sections);
    return true;
}

// ---- the search ----

// The number of pages with the word or what may stand for it, counted up to `limit`.
static size_t count_pages(struct query *query, size_t at, size_t limit)
{
    sqlite3_stmt *count = query->reader->count;
    database_bind_text(count, 1, match_word(query, at, PLACE_ANY));
    sqlite3_bind_int64(count, 2, (sqlite3_int64)limit);
    int64_t pages = sqlite3_step(count) == SQLITE_ROW ? sqlite3_column_int64(count, 0) : 0;
    sqlite3_reset(count);
    return (size_t)pages;
}

// The rarest words, as many as together have no more pages than are counted: a page with most of
// the words has one of these, and all pages with one are read. "" if no page has any.
static struct slice rarest_words(struct query *query)
{
    enum { EACH_MAX = SEARCH_COUNTED_MAX + 1 };
    struct buffer out = buffer_create(query->arena, 0);
    size_t pages[QUERY_WORDS_MAX], total = 0;
    for (size_t i = 0; i < query->count; i++)
        pages[i] = count_pages(query, i, EACH_MAX);
    for (size_t taken = 0; taken < query->count; taken++) {
        size_t rarest = SIZE_MAX;
        for (size_t i = 0; i < query->count; i++)
            if (pages[i] && (rarest == SIZE_MAX || pages[i] < pages[rarest]))
                rarest = i;
        if (rarest == SIZE_MAX || (total && total + pages[rarest] > SEARCH_COUNTED_MAX))
            break;
        buffer_append_cstr(&out, total ? OR : "");
        buffer_append(&out, match_word(query, rarest, PLACE_ANY));
        total += pages[rarest];
        pages[rarest] = 0;
    }
    return buffer_slice(&out);
}

// Limits the expression to the requested language.
static struct slice in_language(const struct matches *matches, struct slice expression)
{
    struct query *query = matches->query;
    struct slice language = query->request->language;
    if (matches->any_language)
        return expression;
    return language.len
               ? arena_printf(query->arena, "(%.*s) AND %.*s", SLICE_ARG(expression),
                              SLICE_ARG(match_language(query->arena, language)))
               : arena_printf(query->arena, "(%.*s) NOT " PLACE_FOREIGN, SLICE_ARG(expression));
}

// Searches for the query's words and what may stand for them.
static bool attempt(struct matches *matches, enum wanted wanted, bool prefix)
{
    struct query *query = matches->query;
    struct slice section = query->request->section;
    query->prefix = prefix;
    if (prefix)
        spelling_read_beginnings(query);
    matches->wanted = wanted;
    struct slice words = match_words(query, wanted == ALL ? AND : OR, PLACE_ANY);
    if (wanted == MOST) {
        struct slice rarest = rarest_words(query);
        if (!rarest.len)
            return true;
        words =
            arena_printf(query->arena, "(%.*s) AND (%.*s)", SLICE_ARG(words), SLICE_ARG(rarest));
    }
    matches->all = matches->everywhere = in_language(matches, words);
    if (section.len)
        matches->all = arena_printf(query->arena, "(%.*s) AND %.*s", SLICE_ARG(matches->everywhere),
                                    SLICE_ARG(match_section(query->arena, section)));
    return read_matches(matches);
}

// ---- spellings ----

static bool has_word(struct query *query, int64_t id, struct slice word)
{
    sqlite3_stmt *has = query->reader->has;
    database_bind_text(has, 1, arena_printf(query->arena, "\"%.*s\"", SLICE_ARG(word)));
    sqlite3_bind_int64(has, 2, id);
    bool found = sqlite3_step(has) == SQLITE_ROW;
    sqlite3_reset(has);
    return found;
}

// Replaces words that the page lacks with the spellings it has. Returns how many.
static size_t take_spellings(struct query *query, int64_t id)
{
    size_t taken = 0;
    for (size_t i = 0; i < query->count; i++) {
        const struct spellings *spellings = &query->spellings[i];
        bool found = !spellings->count || has_word(query, id, query->words[i]);
        for (size_t j = 0; !found && j < spellings->count; j++)
            if ((found = has_word(query, id, spellings->best[j].word))) {
                query->words[i] = spellings->best[j].word;
                taken++;
            }
    }
    spelling_forget(query);
    return taken;
}

// Searches with spellings, then for those of the best page found. If that changes more than `limit`
// words, nothing is found.
static bool attempt_spelled(struct matches *matches, enum wanted wanted, size_t limit,
                            struct search_result *out)
{
    struct query *query = matches->query;
    bool prefix = query->request->suggest;
    if (query->count == 1 && query->spellings[0].count)
        query->spellings[0].count = 1;
    if (!attempt(matches, wanted, prefix) || !matches->count || !rank_matches(matches))
        return !error_is_set(query->error);
    sort_candidates(matches);
    struct slice words[QUERY_WORDS_MAX];
    memcpy(words, query->words, sizeof words);
    size_t taken = take_spellings(query, matches->candidates[0].id);
    if (taken > limit) {
        memcpy(query->words, words, sizeof words);
        matches->count = 0;
        return true;
    }
    if (taken)
        out->did_you_mean = match_key(query);
    return attempt(matches, wanted, prefix);
}

// The words of the query with the nearest spelling of each that no page has.
static struct slice nearest_spelling(struct query *query)
{
    struct slice words[QUERY_WORDS_MAX], nearest = SLICE_EMPTY;
    memcpy(words, query->words, sizeof words);
    if (spelling_find(query, false)) {
        for (size_t i = 0; i < query->count; i++)
            if (query->spellings[i].count)
                query->words[i] = query->spellings[i].best[0].word;
        nearest = match_key(query);
    }
    memcpy(query->words, words, sizeof words);
    spelling_forget(query);
    return nearest;
}

// ---- the search ----

static bool try_spellings(struct matches *matches, struct search_result *out)
{
    struct query *query = matches->query;
    return !spelling_find(query, false) || attempt_spelled(matches, ALL, SIZE_MAX, out);
}

// Known words may be typing errors too ("form" for "from"): tries to change one of them by one
// letter.
static bool try_known_words(struct matches *matches, struct search_result *out)
{
    struct query *query = matches->query;
    return query->count == 1 || !spelling_find(query, true) ||
           attempt_spelled(matches, ALL, 1, out);
}

static bool try_most(struct matches *matches, struct search_result *out)
{
    struct query *query = matches->query;
    spelling_forget(query);
    if (!query->request->verbatim && spelling_find(query, false))
        return attempt_spelled(matches, MOST, SIZE_MAX, out);
    return attempt(matches, MOST, false);
}

static bool try_all(struct matches *matches, struct search_result *out)
{
    struct query *query = matches->query;
    bool unfinished = !match_uses(query, query->words[query->count - 1]);
    if (!attempt(matches, ALL, query->request->suggest) ||
        (!matches->count && unfinished && !attempt(matches, ALL, true)) ||
        (!matches->count && !query->request->verbatim && !try_spellings(matches, out)) ||
        (!matches->count && !query->request->verbatim && !try_known_words(matches, out)) ||
        (!matches->count && query->count > 1 && !try_most(matches, out)))
        return false;
    if (!matches->count && !out->did_you_mean.len)
        out->did_you_mean = nearest_spelling(query);
    return true;
}

static void note_left_out(const struct matches *matches, struct search_result *out)
{
    unsigned found = 0;
    for (size_t i = 0; i < matches->candidate_count; i++)
        found |= matches->candidates[i].found;
    if (matches->candidate_count && matches->wanted == MOST)
        out->left_out = words_without(matches->query, found);
}

static bool search(struct query *query, struct search_result *out)
{
    struct matches *matches = arena_zalloc(query->arena, 1, sizeof *matches);
    if (!matches)
        return error_memory(query->error);
    matches->query = query;
    if (!try_all(matches, out))
        return false;
    matches->any_language = true;
    if (!matches->count && !try_all(matches, out))
        return false;
    out->total = matches->count;
    out->more = matches->more;
    out->corrected = out->did_you_mean.len && out->total;
    if (query->request->sections && !count_sections(matches, out))
        return false;
    if (!out->total)
        return true;
    bool ok = rank_matches(matches);
    note_left_out(matches, out);
    return ok && read_hits(matches, out);
}

static bool read_hidden(struct query *query)
{
    sqlite3_stmt *hidden = query->reader->hidden;
    struct buffer ids = buffer_create(query->arena, 0);
    int code;
    sqlite3_bind_double(hidden, 1, query->request->now_ms);
    while ((code = sqlite3_step(hidden)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(hidden, 0);
        buffer_append(&ids, slice_of((const char *)&id, sizeof id));
        query->words_tainted |= sqlite3_column_int(hidden, 1) != 0;
    }
    sqlite3_reset(hidden);
    query->hidden = (int64_t *)(void *)ids.ptr;
    query->hidden_count = ids.len / sizeof *query->hidden;
    if (ids.failed)
        return error_memory(query->error);
    return code == SQLITE_DONE || database_fail(query->reader->db, "search", query->error);
}

static bool is_whole(struct error *error)
{
    return mapping_is_sound() ||
           error_set(error, ERROR_STORE, "the cache was truncated while in use");
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
    // One transaction, so that count and hits are of one generation.
    if (!is_whole(error) || !database_run(reader->db, "BEGIN", error))
        return false;
    reader->ranking.query = &query;
    bool ok = read_hidden(&query) && search(&query, out);
    reader->ranking.query = NULL;
    database_run(reader->db, "COMMIT", NULL);
    return ok && is_whole(error);
}
