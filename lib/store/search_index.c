// SPDX-License-Identifier: MIT
//
// Filling the search index: the full-text table, the list of words for spelling, and synonyms.
#include "database.h"
#include "words.h"

bool words_next(struct arena *arena, struct slice *rest, struct slice *word)
{
    size_t i = 0, start;
    while (i < rest->len) {
        size_t next = i;
        if (utf8_is_letter_or_digit(utf8_decode(*rest, &next)))
            break;
        i = next;
    }
    start = i;
    while (i < rest->len) {
        size_t next = i;
        if (!utf8_is_letter_or_digit(utf8_decode(*rest, &next)))
            break;
        i = next;
    }
    struct buffer lower = buffer_create(arena, 0);
    utf8_append_lower(&lower, slice_sub(*rest, start, i));
    *rest = slice_sub(*rest, i, rest->len);
    *word = buffer_slice(&lower);
    return word->len > 0 && !lower.failed;
}

struct index {
    struct store *store;
    struct arena *arena;
    struct map words; // word → uses
    sqlite3_stmt *document, *text;
    struct error *error;
};

static bool count_words(struct index *index, struct slice text)
{
    struct slice word;
    enum { WORD_MAX = 40 };
    while (words_next(index->arena, &text, &word)) {
        struct map_entry *entry = map_find(&index->words, word);
        if (entry)
            entry->value = (void *)((uintptr_t)entry->value + 1);
        else if (word.len > 2 && word.len < WORD_MAX &&
                 !map_put(&index->words, word, (void *)(uintptr_t)1))
            return error_memory(index->error);
    }
    return true;
}

static bool step(struct index *index, sqlite3_stmt *statement)
{
    bool ok = sqlite3_step(statement) == SQLITE_DONE ||
              database_fail(index->store->db, "fill the search index", index->error);
    sqlite3_reset(statement);
    return ok;
}

static bool add_document(struct index *index, int64_t id, const struct search_document *document)
{
    sqlite3_bind_int64(index->document, 1, id);
    database_bind_text(index->document, 2, document->url);
    database_bind_text(index->document, 3, document->title);
    database_bind_text(index->document, 4, document->description);
    database_bind_text(index->document, 5, document->section);
    sqlite3_bind_double(index->document, 6, document->weight);
    sqlite3_bind_int64(index->text, 1, id);
    database_bind_text(index->text, 2, document->title);
    database_bind_text(index->text, 3, document->headings);
    database_bind_text(index->text, 4, document->description);
    database_bind_text(index->text, 5, document->body);
    return step(index, index->document) && step(index, index->text) &&
           count_words(index, document->title) && count_words(index, document->description) &&
           count_words(index, document->body);
}

static bool write_words(struct index *index)
{
    sqlite3_stmt *insert = NULL;
    bool ok = database_prepare(index->store->db, "INSERT OR REPLACE INTO words VALUES(?,?)",
                               &insert, index->error);
    for (size_t i = 0; ok && i < index->words.count; i++) {
        database_bind_text(insert, 1, index->words.entries[i].key);
        sqlite3_bind_int64(insert, 2, (sqlite3_int64)(uintptr_t)index->words.entries[i].value);
        ok = step(index, insert);
    }
    sqlite3_finalize(insert);
    return ok;
}

// "word: other, another": a search for the word finds the others as well.
static bool write_synonyms(struct index *index, struct slice text)
{
    sqlite3_stmt *insert = NULL;
    struct slice line, part;
    bool ok = database_prepare(index->store->db, "INSERT INTO synonyms VALUES(?,?)", &insert,
                               index->error);
    while (ok && slice_next_line(&text, &line)) {
        size_t colon = slice_find_byte(line, ':', 0);
        struct slice rest = slice_sub(line, 0, colon), word;
        if (colon == SIZE_MAX || !words_next(index->arena, &rest, &word))
            continue;
        struct slice others = slice_sub(line, colon + 1, line.len);
        while (ok && slice_split(&others, ',', &part)) {
            if (!slice_trim(part).len)
                continue;
            database_bind_text(insert, 1, word);
            database_bind_text(insert, 2, slice_trim(part));
            ok = step(index, insert);
        }
    }
    sqlite3_finalize(insert);
    return ok;
}

static bool fill(struct index *index, const struct search_document *documents, size_t count,
                 struct slice synonyms)
{
    sqlite3 *db = index->store->db;
    bool ok = database_run(db,
                           "DELETE FROM documents; DELETE FROM search; DELETE FROM words;"
                           "DELETE FROM synonyms",
                           index->error) &&
              database_prepare(db, "INSERT INTO documents VALUES(?,?,?,?,?,?)", &index->document,
                               index->error) &&
              database_prepare(db,
                               "INSERT INTO search(rowid,title,headings,description,body) "
                               "VALUES(?,?,?,?,?)",
                               &index->text, index->error);
    for (size_t i = 0; ok && i < count; i++)
        ok = add_document(index, (int64_t)i + 1, &documents[i]);
    sqlite3_finalize(index->document);
    sqlite3_finalize(index->text);
    return ok && write_words(index) && write_synonyms(index, synonyms);
}

bool store_index(struct store *store, const struct search_document *documents, size_t count,
                 struct slice synonyms, struct error *error)
{
    struct index index = {.store = store, .arena = arena_create(1 << 20, 0), .error = error};
    if (!index.arena)
        return error_memory(error);
    index.words = map_create(index.arena);
    bool ok = store_begin(store, error) && fill(&index, documents, count, synonyms) &&
              database_run(store->db, "COMMIT", error);
    if (!ok)
        store_rollback(store);
    arena_destroy(index.arena);
    return ok;
}
