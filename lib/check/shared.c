// SPDX-License-Identifier: MIT
//
// Sources that pages share: templates, data files, guidance.yaml. A link that a layout prints is a
// problem of each of its pages, but its author wrote it once: it is placed there, and reported
// once.
#include "findings.h"

#include "base/utf8.h"

enum { SHARED_MAX_BYTES = 4 << 20 };

struct pending {
    size_t finding; // its number
    const struct site_page *page;
    struct slice needle;
    bool own; // from the page itself, not its layout
};

// ---- reading ----

struct reading {
    struct check *check;
    struct slice directory; // relative to the site directory
    bool template;
};

static void keep_shared(struct check *check, struct slice file, struct slice text, bool template)
{
    if (!arena_room(check->arena, &check->shared, check->shared_count, &check->shared_capacity,
                    sizeof *check->shared))
        return;
    check->shared[check->shared_count++] = (struct shared){file, text, template, NULL};
}

static bool is_text_file(struct slice path, bool template)
{
    static const char *const TEMPLATES[] = {".njk", ".html", ".md", NULL};
    static const char *const DATA[] = {".yaml", ".yml", ".json", NULL};
    for (const char *const *end = template ? TEMPLATES : DATA; *end; end++)
        if (slice_ends_with(path, slice_from_cstr(*end)))
            return true;
    return false;
}

static bool read_one(void *state, struct slice relative, const struct file_info *info)
{
    struct reading *reading = state;
    struct check *check = reading->check;
    struct slice text, file = path_join(check->arena, reading->directory, relative);
    struct error ignored = {0};
    if (!is_text_file(relative, reading->template) || info->size > SHARED_MAX_BYTES ||
        shared_find(check, file))
        return true;
    if (tree_read(check->site->tree, check->arena, file, SHARED_MAX_BYTES, &text, NULL, &ignored))
        keep_shared(check, file, text, reading->template);
    return true;
}

// `directory` is relative to the site's; "" is the site's itself.
static void read_directory(struct check *check, struct slice directory, bool template)
{
    struct reading reading = {check, directory, template};
    struct error ignored = {0};
    if (tree_has(check->site->tree, directory))
        tree_list(check->site->tree, directory, read_one, &reading, &ignored);
}

void shared_read(struct check *check)
{
    const struct settings *settings = check->site->settings;
    if (settings->layouts.text.len)
        read_directory(check, settings->layouts.text, true);
    read_directory(check, settings->includes.text, true);
    read_directory(check, check->site->input, false);
    if (settings_source(settings).ptr)
        keep_shared(check, settings_file_shown(settings), settings_source(settings), false);
}

const struct shared *shared_find(const struct check *check, struct slice file)
{
    for (size_t i = 0; i < check->shared_count; i++)
        if (slice_equal(check->shared[i].file, file))
            return &check->shared[i];
    return NULL;
}

static const struct source_map *map_of(struct check *check, struct shared *shared)
{
    if (!shared->map) {
        shared->map = arena_alloc(check->arena, sizeof *shared->map);
        if (shared->map)
            source_map_read(shared->map, check->arena, shared->text, 0);
    }
    return shared->map;
}

// ---- their own problems ----

static void check_shared_encoding(struct check *check, const struct shared *shared)
{
    size_t at = 0, length = 0;
    struct site_finding *finding = NULL;
    if (slice_starts_with(shared->text, SLICE("\xef\xbb\xbf"))) {
        finding = check_add(check, "byte-order-mark", "the file begins with a byte-order mark");
        check_place(check, finding, shared->file, shared->text, 0, slice_sub(shared->text, 0, 3));
        if (finding)
            finding->fix = slice_of("", 0);
    }
    if (utf8_is_ascii(shared->text))
        return;
    for (;;) {
        struct buffer repaired = buffer_create(check->arena, 0);
        if (!utf8_find_mojibake(shared->text, at + length, &at, &length, &repaired))
            return;
        finding = check_add(check, "mojibake", "text that was encoded twice");
        check_hint(check, finding, "it probably means %.*s; save the file as UTF-8",
                   SLICE_ARG(buffer_slice(&repaired)));
        check_place(check, finding, shared->file, shared->text, at,
                    slice_sub(shared->text, at, at + length));
        if (finding)
            finding->fix = buffer_slice(&repaired);
    }
}

void shared_check_texts(struct check *check)
{
    for (size_t i = 0; i < check->shared_count; i++) {
        struct shared *shared = &check->shared[i];
        check_shared_encoding(check, shared);
        const struct source_map *map = shared->template ? map_of(check, shared) : NULL;
        if (map)
            check_placeholders(check, shared->file, map);
    }
}

// ---- placing findings of pages ----

void shared_place_later(struct check *check, struct site_finding *finding,
                        const struct site_page *page, struct slice needle, bool own)
{
    if (!finding)
        return;
    // The same finding in many pages is reported once, for the first page.
    struct slice key =
        arena_printf(check->arena, "%s %.*s", finding->rule->name, SLICE_ARG(finding->message));
    struct pending *pending = key.ptr && !map_find(&check->pending, key)
                                  ? arena_alloc(check->arena, sizeof *pending)
                                  : NULL;
    if (!pending) {
        check->count--; // drops the last one
        return;
    }
    *pending = (struct pending){(size_t)(finding - check->findings), page,
                                arena_copy(check->arena, needle), own};
    map_put(&check->pending, key, pending);
}

// Where the text is a complete value, else anywhere; SIZE_MAX if nowhere.
static size_t find_value(struct check *check, struct shared *shared, struct slice needle)
{
    const struct source_map *map = map_of(check, shared);
    for (size_t i = 0; map && i < map->count; i++)
        if (slice_equal(map->rows[i].value, needle))
            return map->rows[i].value_at;
    // A bare word may occur anywhere and mean anything.
    bool telling =
        slice_find_byte(needle, '/', 0) != SIZE_MAX || slice_find_byte(needle, ' ', 0) != SIZE_MAX;
    for (size_t at = telling ? slice_find(shared->text, needle, 0) : SIZE_MAX; at != SIZE_MAX;
         at = slice_find(shared->text, needle, at + 1))
        if (!map || !source_map_hidden(map, at))
            return at;
    return SIZE_MAX;
}

static bool place_in_shared(struct check *check, struct site_finding *finding, struct slice needle)
{
    for (size_t i = 0; i < check->shared_count && needle.len > 1; i++) {
        struct shared *shared = &check->shared[i];
        size_t at = find_value(check, shared, needle);
        if (at == SIZE_MAX)
            continue;
        check_place(check, finding, shared->file, shared->text, at,
                    slice_sub(shared->text, at, at + needle.len));
        return true;
    }
    return false;
}

// Finds as many of the first words as occur together: what a component adds after them is not in
// the source.
static size_t find_words(struct slice source, struct slice text, size_t from)
{
    while (text.len > 1) {
        size_t at = slice_find(source, text, from);
        if (at != SIZE_MAX)
            return at;
        while (text.len && text.ptr[text.len - 1] != ' ')
            text.len--;
        text = slice_trim(text);
    }
    return SIZE_MAX;
}

// For text that is nowhere verbatim: places it at words of the page, or else at its layout.
static void place_at_page(struct check *check, struct site_finding *finding,
                          const struct pending *pending)
{
    const struct source *source = page_of(pending->page)->source;
    const struct layout *layout = page_of(pending->page)->layout;
    const struct shared *shared = layout ? shared_find(check, layout->file) : NULL;
    size_t body = source->front_length;
    size_t at = find_words(source->text, pending->needle, body);
    if (at == SIZE_MAX && shared && !pending->own)
        check_place_line(finding, shared->file, shared->text, 1, 1);
    else
        check_place(check, finding, pending->page->input_path, source->text,
                    at == SIZE_MAX ? body : at, SLICE_EMPTY);
}

void shared_place(struct check *check)
{
    for (size_t i = 0; i < check->pending.count; i++) {
        const struct pending *pending = check->pending.entries[i].value;
        struct site_finding *finding = &check->findings[pending->finding];
        if (!place_in_shared(check, finding, pending->needle))
            place_at_page(check, finding, pending);
    }
}

// ---- words ----

static bool is_identifier_byte(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool names_word(struct slice text, struct slice word)
{
    for (size_t at = slice_find(text, word, 0); at != SIZE_MAX;
         at = slice_find(text, word, at + 1)) {
        char before = at ? text.ptr[at - 1] : ' ';
        char after = at + word.len < text.len ? text.ptr[at + word.len] : ' ';
        if (!is_identifier_byte(before) && !is_identifier_byte(after))
            return true;
    }
    return false;
}

static bool anybody_names(const struct check *check, struct slice word)
{
    for (size_t i = 0; i < check->shared_count; i++)
        if (check->shared[i].template && names_word(check->shared[i].text, word))
            return true;
    for (size_t i = 0; i < check->site->sources.count; i++) {
        const struct source *source = check->site->sources.entries[i].value;
        if (names_word(source_resident_body(source), word))
            return true;
    }
    return false;
}

// Searches once for each word: all pages may have the same key.
bool shared_names(struct check *check, struct slice word)
{
    const struct map_entry *known = map_find(&check->words, word);
    if (known)
        return known->value != NULL;
    bool found = anybody_names(check, word);
    map_put(&check->words, word, found ? check : NULL);
    return found;
}
