// SPDX-License-Identifier: MIT
//
// Filling the search index: the full-text table, the list of words for spelling, and synonyms. A
// document with an unchanged hash is not written again. Writes are committed at intervals, so that
// interrupted indexing resumes from there.
#include "search.h"

#include "base/clock.h"

// Each commit in effect rewrites the list of words, so commits become rarer.
enum { FIRST_COMMIT = 500, COMMIT_MAX = 8000, WORD_MIN = 3, WORD_MAX = 40 };
// A document's number begins with its depth in the site, since searches read matches in order of
// numbers, and not always all.
enum { DEPTHS = 16, DEPTH_SHIFT = 28 };

struct known {
    int64_t id;
    int64_t hash;
    int64_t inputs;
    double from, until; // when readers may see it
    bool counted;       // its words are in the list
    bool wanted;
};

struct store_index {
    struct store *store;
    double now_ms;         // words of documents that are visible now are in the list
    bool changes;          // documents neither put nor forgotten are unchanged
    struct arena *arena;   // the index's own
    struct arena *scratch; // of one document
    struct map known;      // URL → struct known, of all documents unless `changes`
    struct map words;      // word → change in uses since the last commit
    sqlite3_stmt *document, *text, *old_text, *forget_document, *forget_text, *word, *unused, *find,
        *last_id;
    int64_t last[DEPTHS]; // last number given to a document of that depth
    size_t writes;        // since the last commit
    size_t commit_at;     // after so many writes
    size_t written;       // since the index was opened
    bool writing;
    bool failed; // since the last commit: what was written since is not whole
};

static bool step_statement(struct store_index *index, sqlite3_stmt *statement, struct error *error)
{
    bool ok = sqlite3_step(statement) == SQLITE_DONE ||
              database_fail(index->store->db, "fill the search index", error);
    sqlite3_reset(statement);
    return ok;
}

// ---- words ----

// Adds the text's words and their uses to the map, in its arena.
static bool gather_words(struct map *words, struct slice text)
{
    struct slice word;
    while (words_next(words->arena, &text, &word)) {
        struct map_entry *entry = map_find(words, word);
        if (entry)
            entry->value = (void *)((intptr_t)entry->value + 1);
        else if (word.len >= WORD_MIN && word.len < WORD_MAX && !map_put(words, word, (void *)1))
            return false;
    }
    return true;
}

static bool count_words(struct store_index *index, const struct map *words, intptr_t sign)
{
    for (size_t i = 0; i < words->count; i++) {
        intptr_t change = sign * (intptr_t)words->entries[i].value;
        struct map_entry *entry = map_find(&index->words, words->entries[i].key);
        if (entry)
            entry->value = (void *)((intptr_t)entry->value + change);
        else if (!map_put(&index->words, arena_copy(index->arena, words->entries[i].key),
                          (void *)change))
            return false;
    }
    return true;
}

static bool write_words(struct store_index *index, struct error *error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < index->words.count; i++) {
        struct map_entry *entry = &index->words.entries[i];
        if (!entry->value)
            continue;
        database_bind_text(index->word, 1, entry->key);
        sqlite3_bind_int64(index->word, 2, (intptr_t)entry->value);
        ok = step_statement(index, index->word, error);
        if (ok && (intptr_t)entry->value < 0) {
            database_bind_text(index->unused, 1, entry->key);
            ok = step_statement(index, index->unused, error);
        }
        entry->value = NULL;
    }
    return ok;
}

// ---- transactions ----

static bool write_begin(struct store_index *index, struct error *error)
{
    index->writing = index->writing || store_begin(index->store, error);
    return index->writing;
}

static bool commit(struct store_index *index, struct error *error)
{
    if (!index->writing)
        return true;
    index->writing = false;
    index->writes = 0;
    return (!index->failed && write_words(index, error) &&
            database_run(index->store->db, "COMMIT", error)) ||
           (store_rollback(index->store), false);
}

// Of what changes the index. A document that is half written would fail each search that finds it:
// nothing is kept since the last commit.
static bool note_outcome(struct store_index *index, bool ok)
{
    index->failed |= !ok;
    return ok;
}

// ---- documents ----

static uint64_t hash_document(const struct search_document *document)
{
    const struct slice texts[] = {document->title,       document->headings, document->body,
                                  document->description, document->section,  document->names,
                                  document->name,        document->language};
    const double numbers[] = {document->visible_from, document->visible_until};
    uint64_t hash = slice_hash(slice_of((const char *)numbers, sizeof numbers));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash = hash * 31 + slice_hash(texts[i]);
    return hash;
}

static int64_t new_id(struct store_index *index, struct slice url)
{
    size_t depth = 0;
    for (size_t i = 0; i < url.len; i++)
        depth += url.ptr[i] == '/' && depth < DEPTHS - 1;
    int64_t first = (int64_t)depth << DEPTH_SHIFT;
    if (!index->last[depth]) {
        sqlite3_bind_int64(index->last_id, 1, first);
        sqlite3_bind_int64(index->last_id, 2, first + (1 << DEPTH_SHIFT) - 1);
        if (sqlite3_step(index->last_id) == SQLITE_ROW)
            index->last[depth] = sqlite3_column_int64(index->last_id, 0);
        sqlite3_reset(index->last_id);
    }
    index->last[depth] = index->last[depth] ? index->last[depth] + 1 : first + 1;
    return index->last[depth];
}

static bool is_visible(const struct store_index *index, double from, double until)
{
    return from <= index->now_ms && index->now_ms < until;
}

// Whether the list of words rightly has or lacks the document's.
static bool is_counted_right(const struct store_index *index, const struct known *known)
{
    return known->counted == is_visible(index, known->from, known->until);
}

// Whether a step gave a row, or said that there is none.
static bool is_index_read(const struct store_index *index, int code, struct error *error)
{
    return code == SQLITE_ROW || code == SQLITE_DONE ||
           database_fail(index->store->db, "read the search index", error);
}

// Removes from the list the words that the full-text table has for the id.
static bool uncount(struct store_index *index, int64_t id, struct error *error)
{
    struct map words = map_create(index->scratch);
    bool has_memory = true;
    sqlite3_bind_int64(index->old_text, 1, id);
    int code = sqlite3_step(index->old_text);
    for (int i = 0; code == SQLITE_ROW && has_memory && i < COLUMN_PLACES; i++)
        has_memory = gather_words(&words, database_text(index->old_text, i));
    bool ok = is_index_read(index, code, error);
    sqlite3_reset(index->old_text);
    return ok && ((has_memory && count_words(index, &words, -1)) || error_memory(error));
}

static bool forget(struct store_index *index, const struct known *known, struct error *error)
{
    sqlite3_bind_int64(index->forget_document, 1, known->id);
    sqlite3_bind_int64(index->forget_text, 1, known->id);
    return (!known->counted || uncount(index, known->id, error)) &&
           step_statement(index, index->forget_document, error) &&
           step_statement(index, index->forget_text, error);
}

// The words of the texts, each with the place's prefix.
static void append_place(struct buffer *out, const char *place, const struct slice *texts,
                         size_t count)
{
    struct slice word;
    for (size_t i = 0; i < count; i++)
        for (struct slice rest = texts[i]; words_next(out->arena, &rest, &word);) {
            buffer_append_cstr(out, place);
            buffer_append(out, word);
            buffer_append_byte(out, ' ');
        }
}

static struct slice places_of(const struct search_document *document,
                              const struct slice texts[COLUMN_PLACES], struct arena *arena)
{
    struct buffer out = buffer_create(arena, 0);
    buffer_append(&out, match_section(arena, document->section));
    buffer_append_byte(&out, ' ');
    if (document->language.len) {
        buffer_append(&out, match_language(arena, document->language));
        buffer_append_cstr(&out, " " PLACE_FOREIGN " ");
    }
    append_place(&out, PLACE_TITLE, texts, COLUMN_HEADINGS);
    append_place(&out, PLACE_GOOD, texts, COLUMN_BODY);
    return buffer_slice(&out);
}

bool search_document_prepare(struct search_document *document, struct arena *arena)
{
    const struct slice texts[COLUMN_PLACES] = {document->title, document->names, document->headings,
                                               document->description, document->body};
    document->words = map_create(arena);
    document->places = places_of(document, texts, arena);
    bool ok = document->places.ptr;
    for (int i = 0; ok && i < COLUMN_PLACES; i++)
        ok = gather_words(&document->words, texts[i]);
    return ok;
}

static bool write_document(struct store_index *index, const struct search_document *document,
                           uint64_t hash, const struct known *known, struct error *error)
{
    const struct slice texts[COLUMN_PLACES] = {document->title, document->names, document->headings,
                                               document->description, document->body};
    sqlite3_bind_int64(index->document, 1, known->id);
    database_bind_text(index->document, 2, document->url);
    database_bind_text(index->document, 3, document->title);
    database_bind_text(index->document, 4, document->description);
    database_bind_text(index->document, 5, document->section);
    sqlite3_bind_int64(index->document, 6, (int64_t)hash);
    database_bind_text(index->document, 7, words_normal(index->scratch, document->title));
    database_bind_text(index->document, 8, words_normal(index->scratch, document->name));
    sqlite3_bind_double(index->document, 9, document->visible_from);
    sqlite3_bind_double(index->document, 10, document->visible_until);
    sqlite3_bind_int64(index->document, 11, (int64_t)document->inputs);
    sqlite3_bind_int(index->document, 12, known->counted);
    database_bind_text(index->document, 13, document->language);
    sqlite3_bind_int64(index->document, 14, (int64_t)document->body.len);
    if (!step_statement(index, index->document, error))
        return false;
    sqlite3_bind_int64(index->text, 1, known->id);
    for (int i = 0; i < COLUMN_PLACES; i++)
        database_bind_text(index->text, i + 2, texts[i]);
    if (known->counted && !count_words(index, &document->words, 1))
        return error_memory(error);
    database_bind_text(index->text, COLUMN_PLACES + 2, document->places);
    return step_statement(index, index->text, error);
}

static struct known *remember_document(struct store_index *index, struct slice url)
{
    struct slice copy = arena_copy(index->arena, url);
    struct known *known = arena_zalloc(index->arena, 1, sizeof *known);
    return copy.ptr && known && map_put(&index->known, copy, known) ? known : NULL;
}

// Three columns from `first` on.
static void read_moments(sqlite3_stmt *row, int first, struct known *known)
{
    known->from = sqlite3_column_double(row, first);
    known->until = sqlite3_column_double(row, first + 1);
    known->counted = sqlite3_column_int(row, first + 2) != 0;
}

static bool read_document_of(struct store_index *index, struct slice url, struct known *known,
                             struct error *error)
{
    database_bind_text(index->find, 1, url);
    int code = sqlite3_step(index->find);
    if (code == SQLITE_ROW) {
        known->id = sqlite3_column_int64(index->find, 0);
        known->hash = sqlite3_column_int64(index->find, 1);
        known->inputs = sqlite3_column_int64(index->find, 2);
        read_moments(index->find, 3, known);
    }
    bool ok = is_index_read(index, code, error);
    sqlite3_reset(index->find);
    return ok;
}

// The document indexed for the URL, if any. NULL and error: cannot tell, and it is asked again.
static struct known *find_known(struct store_index *index, struct slice url, struct error *error)
{
    struct known read = {0}, *known = map_get(&index->known, url);
    if (known)
        return known;
    if (index->changes && !read_document_of(index, url, &read, error))
        return NULL;
    known = remember_document(index, url);
    if (!known)
        error_memory(error);
    else
        *known = read;
    return known;
}

static bool put_document(struct store_index *index, const struct search_document *document,
                         struct error *error)
{
    struct known *known = find_known(index, document->url, error);
    uint64_t hash = hash_document(document);
    if (!known)
        return false;
    known->wanted = true;
    if (known->id && known->hash == (int64_t)hash && known->inputs == (int64_t)document->inputs &&
        is_counted_right(index, known))
        return true;
    arena_reset(index->scratch, SIZE_MAX);
    if (!write_begin(index, error) || (known->id && !forget(index, known, error)))
        return false;
    if (!known->id)
        known->id = new_id(index, document->url);
    known->from = document->visible_from;
    known->until = document->visible_until;
    known->counted = is_visible(index, known->from, known->until);
    struct search_document prepared = *document;
    if (!prepared.words.arena && !search_document_prepare(&prepared, index->scratch))
        return error_memory(error);
    if (!write_document(index, &prepared, hash, known, error))
        return false;
    known->hash = (int64_t)hash;
    known->inputs = (int64_t)document->inputs;
    index->written++;
    if (++index->writes < index->commit_at)
        return true;
    index->commit_at = index->commit_at < COMMIT_MAX ? index->commit_at * 2 : COMMIT_MAX;
    return commit(index, error);
}

bool store_index_put(struct store_index *index, const struct search_document *document,
                     struct error *error)
{
    return note_outcome(index, put_document(index, document, error));
}

static bool forget_document(struct store_index *index, struct slice url, struct error *error)
{
    struct known *known = find_known(index, url, error);
    if (!known)
        return false;
    if (!known->id || known->wanted)
        return true;
    arena_reset(index->scratch, SIZE_MAX);
    bool ok = write_begin(index, error) && forget(index, known, error);
    known->id = known->inputs = 0;
    known->counted = false;
    return ok;
}

bool store_index_forget(struct store_index *index, struct slice url, struct error *error)
{
    return note_outcome(index, forget_document(index, url, error));
}

bool store_index_is(struct store_index *index, struct slice url, uint64_t inputs)
{
    struct known *known = inputs ? find_known(index, url, NULL) : NULL;
    if (!known || known->inputs != (int64_t)inputs || !is_counted_right(index, known))
        return false;
    known->wanted = true;
    return true;
}

bool store_index_body(struct store_index *index, int64_t id, uint64_t key, struct slice html,
                      struct error *error)
{
    return note_outcome(index, write_begin(index, error) &&
                                   texts_put_body(index->store, id, key, html, error));
}

// ---- synonyms ----

// "word: other, another": a search for the word also finds the others. The word may be a phrase.
static bool write_synonym(struct store_index *index, sqlite3_stmt *insert, struct slice line,
                          struct error *error)
{
    size_t colon = slice_find_byte(line, ':', 0);
    struct slice part, words = words_normal(index->arena, slice_sub(line, 0, colon));
    if (colon == SIZE_MAX || !words.len)
        return true;
    struct slice others = slice_sub(line, colon + 1, line.len);
    bool ok = true;
    while (ok && slice_split(&others, ',', &part)) {
        if (!slice_trim(part).len)
            continue;
        database_bind_text(insert, 1, words);
        database_bind_text(insert, 2, slice_trim(part));
        ok = step_statement(index, insert, error);
    }
    return ok;
}

static bool write_synonyms(struct store_index *index, struct slice text, struct error *error)
{
    sqlite3 *db = index->store->db;
    sqlite3_stmt *insert = NULL;
    struct slice line;
    bool ok = write_begin(index, error) && database_run(db, "DELETE FROM synonyms", error) &&
              database_prepare(db, "INSERT INTO synonyms VALUES(?,?)", &insert, error);
    while (ok && slice_next_line(&text, &line))
        ok = write_synonym(index, insert, line, error);
    sqlite3_finalize(insert);
    return ok;
}

// ---- the whole ----

static bool read_known(struct store_index *index, struct error *error)
{
    sqlite3_stmt *rows = NULL;
    bool ok = database_prepare(
        index->store->db,
        "SELECT url, id, hash, inputs, visible_from, visible_until, counted FROM documents", &rows,
        error);
    int code = SQLITE_DONE;
    while (ok && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        struct known *known = remember_document(index, database_text(rows, 0));
        ok = known || error_memory(error);
        if (!known)
            break;
        known->id = sqlite3_column_int64(rows, 1);
        known->hash = sqlite3_column_int64(rows, 2);
        known->inputs = sqlite3_column_int64(rows, 3);
        read_moments(rows, 4, known);
    }
    ok = ok && is_index_read(index, code, error);
    sqlite3_finalize(rows);
    return ok;
}

static bool prepare_index(struct store_index *index, struct error *error)
{
    const struct {
        const char *sql;
        sqlite3_stmt **statement;
    } ROWS[] = {
        {"INSERT INTO documents(id,url,title,description,section,hash,title_words,name_words,"
         "visible_from,visible_until,inputs,counted,language,size) "
         "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
         &index->document},
        {"INSERT INTO search(rowid,title,names,headings,description,body,places)"
         " VALUES(?,?,?,?,?,?,?)",
         &index->text},
        {"SELECT title,names,headings,description,body FROM search WHERE rowid=?",
         &index->old_text},
        {"DELETE FROM documents WHERE id=?", &index->forget_document},
        {"DELETE FROM search WHERE rowid=?", &index->forget_text},
        {"INSERT INTO words VALUES(?,?) ON CONFLICT(word) DO UPDATE SET uses=uses+excluded.uses",
         &index->word},
        {"DELETE FROM words WHERE word=? AND uses<=0", &index->unused},
        {"SELECT id, hash, inputs, visible_from, visible_until, counted FROM documents"
         " WHERE url=?",
         &index->find},
        {"SELECT max(id) FROM documents WHERE id BETWEEN ? AND ?", &index->last_id},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (!database_prepare(index->store->db, ROWS[i].sql, ROWS[i].statement, error))
            return false;
    return true;
}

void store_index_close(struct store_index *index)
{
    if (!index)
        return;
    struct error ignored = {0};
    commit(index, &ignored);
    sqlite3_stmt *const statements[] = {index->document,        index->text,        index->old_text,
                                        index->forget_document, index->forget_text, index->word,
                                        index->unused,          index->find,        index->last_id};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        sqlite3_finalize(statements[i]);
    arena_destroy(index->scratch);
    arena_destroy(index->arena);
}

struct store_index *store_index_open(struct store *store, bool changes, struct error *error)
{
    struct arena *arena = arena_create(0, 0), *scratch = arena_create(0, 0);
    struct store_index *index = arena ? arena_zalloc(arena, 1, sizeof *index) : NULL;
    if (!index || !scratch) {
        arena_destroy(arena);
        arena_destroy(scratch);
        error_memory(error);
        return NULL;
    }
    index->store = store;
    index->arena = arena;
    index->scratch = scratch;
    index->changes = changes;
    index->now_ms = clock_wall_ms();
    index->commit_at = FIRST_COMMIT;
    index->known = index->words = map_create(arena);
    if (prepare_index(index, error) && (changes || read_known(index, error)))
        return index;
    store_index_close(index);
    return NULL;
}

// After many writes, FTS5's index has many segments, and a search would look into each.
static bool put_together(struct store_index *index, struct error *error)
{
    return index->changes || index->written < index->known.count / 4 ||
           database_run(index->store->db, "INSERT INTO search(search) VALUES('optimize')", error);
}

static bool forget_unwanted(struct store_index *index, struct error *error)
{
    for (size_t i = 0; !index->changes && i < index->known.count; i++)
        if (!store_index_forget(index, index->known.entries[i].key, error))
            return false;
    return true;
}

bool store_index_finish(struct store_index *index, struct slice synonyms, struct error *error)
{
    return forget_unwanted(index, error) &&
           note_outcome(index, write_synonyms(index, synonyms, error)) && commit(index, error) &&
           put_together(index, error);
}
