// SPDX-License-Identifier: MIT
//
// Ignored pages: those matched by .gitignore, .eleventyignore and the setting `ignores`, with
// Eleventy's rules (EleventyFiles.js, and tinyglobby below it). They differ from git's: each line
// is a pattern relative to the file's own directory, `*` stays within a part of the path, case is
// ignored, everything below a match is left out too, and a line that begins with `!` has no effect.
#include "snapshot.h"

#include "base/utf8.h"

struct ignore {
    struct slice pattern; // in lower case; matches everything below too
    struct slice why;     // ".gitignore:3 (drafts/)"
};

struct slice ignores_file(const struct settings *settings, struct arena *arena, size_t n)
{
    struct slice input = settings->input.text;
    bool own = input.len && !slice_equal(input, SLICE(".")) && !slice_equal(input, SLICE("./"));
    if (n == 0)
        return settings->use_gitignore ? SLICE(".gitignore") : SLICE_EMPTY;
    if (n == 1)
        return SLICE(".eleventyignore");
    return own ? path_join(arena, input, SLICE(".eleventyignore")) : SLICE_EMPTY;
}

// ---- what of picomatch's syntax our patterns lack ----

// The byte after the group's ")", or 0 if it is not closed: then "(" is an ordinary character.
static size_t group_end(struct slice text)
{
    unsigned depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        depth += text.ptr[i] == '(';
        if (text.ptr[i] == ')' && --depth == 0)
            return i + 1;
    }
    return 0;
}

// "[[:alpha:]_]": the byte after it, or 0.
static size_t named_class_end(struct slice text)
{
    size_t named =
        slice_starts_with(text, SLICE("[[:")) ? slice_find(text, SLICE(":]"), 3) : SIZE_MAX;
    size_t end = named == SIZE_MAX ? SIZE_MAX : slice_find_byte(text, ']', named + 2);
    return end == SIZE_MAX ? 0 : end + 1;
}

// "{1..9}": the byte after it, or 0.
static size_t range_end(struct slice text)
{
    size_t end = text.ptr[0] == '{' ? slice_find_byte(text, '}', 0) : SIZE_MAX;
    struct slice inner = end == SIZE_MAX ? SLICE_EMPTY : slice_sub(text, 1, end);
    bool plain =
        slice_find_byte(inner, '{', 0) == SIZE_MAX && slice_find_byte(inner, ',', 0) == SIZE_MAX;
    return plain && slice_find(inner, SLICE(".."), 0) != SIZE_MAX ? end + 1 : 0;
}

// The byte after what is not understood at the start of the text, or 0.
static size_t strange_end(struct slice text)
{
    bool marked = text.len > 1 && text.ptr[1] == '(' && memchr("!@+*?", text.ptr[0], 5);
    struct slice group = slice_sub(text, marked, text.len);
    size_t end = group.ptr[0] == '(' ? group_end(group) : 0;
    if (end)
        return end + marked;
    end = named_class_end(text);
    return end ? end : range_end(text);
}

// What is copied at the start of the text: a class or an escape as a whole.
static size_t plain_end(struct slice text)
{
    size_t class = text.ptr[0] == '[' ? slice_find_byte(text, ']', 2) : SIZE_MAX;
    if (class != SIZE_MAX)
        return class + 1;
    return text.ptr[0] == '\\' && text.len > 1 ? 2 : 1;
}

// "(a|b)" and "@(a|b)" are "{a,b}", "(a)" is "a". False: it is no such group, or has more in it.
static bool append_choices(struct buffer *out, struct slice group)
{
    struct slice inner = slice_sub(group, 1 + (group.ptr[0] == '@'), group.len - 1), choice;
    bool several = slice_find_byte(inner, '|', 0) != SIZE_MAX;
    if (group.ptr[0] != '(' && group.ptr[0] != '@')
        return false;
    for (size_t i = 0; i < inner.len; i++)
        if (strchr("({,/\\", inner.ptr[i]))
            return false;
    buffer_append_cstr(out, several ? "{" : "");
    for (size_t i = 0; slice_split(&inner, '|', &choice); i++) {
        buffer_append_cstr(out, i ? "," : "");
        buffer_append(out, choice);
    }
    buffer_append_cstr(out, several ? "}" : "");
    return true;
}

// Everything in the last whole folder of what is certain.
static struct slice all_of_folder(struct arena *arena, struct slice certain)
{
    size_t brace = slice_find_byte(certain, '{', 0);
    struct slice folder = path_directory(slice_sub(certain, 0, brace));
    return ARENA_JOIN(arena, folder, folder.len ? SLICE("/**") : SLICE("**"));
}

// With "*" for what is not understood, "**" if that may span folders: it matches at least what the
// pattern does. Otherwise a page that should be hidden would be published.
static struct slice widened(struct arena *arena, struct slice pattern, bool *understood)
{
    *understood = true;
    struct buffer out = buffer_create(arena, pattern.len + 2);
    for (size_t i = 0, used; i < pattern.len; i += used) {
        struct slice rest = slice_sub(pattern, i, pattern.len);
        size_t strange = strange_end(rest);
        used = strange ? strange : plain_end(rest);
        struct slice part = slice_sub(rest, 0, used);
        if (strange && append_choices(&out, part))
            continue;
        *understood &= !strange;
        if (strange && slice_find_byte(part, '/', 0) != SIZE_MAX)
            return all_of_folder(arena, buffer_slice(&out));
        buffer_append(&out, strange ? SLICE("*") : part);
    }
    return buffer_slice(&out);
}

static bool report_pattern(struct site *site, struct slice file, unsigned line, struct slice text)
{
    struct error error = {0};
    error_set(&error, ERROR_CONFIG,
              "the pattern is not understood, so whatever it may match is left out: %.*s",
              SLICE_ARG(text));
    error_hint(&error, "use *, **, ?, [a-z] and {a,b}, and one line for each pattern");
    error_at(&error, file, line, 1);
    return problem_add(site, SITE_ERROR, "ignore-pattern", &error) != NULL;
}

// `pattern` is relative to the site's directory; it and paths are compared in lower case. False:
// out of memory.
static bool add_pattern(struct site *site, struct slice pattern, struct slice why)
{
    struct slice clean = utf8_lower(site->arena, path_normalise(site->arena, pattern));
    if (!clean.ptr || !why.ptr ||
        !arena_room(site->arena, &site->ignores, site->ignore_count, &site->ignore_capacity,
                    sizeof *site->ignores))
        return false;
    if (clean.len && clean.ptr[clean.len - 1] != '*')
        clean = ARENA_JOIN(site->arena, clean, SLICE("/**"));
    site->ignores[site->ignore_count++] = (struct ignore){clean, why};
    return clean.ptr != NULL;
}

static bool read_ignore_line(struct site *site, struct slice file, unsigned number,
                             struct slice line)
{
    struct slice text = slice_trim(line);
    if (!text.len || text.ptr[0] == '#' || text.ptr[0] == '!')
        return true;
    bool understood;
    struct slice wide = widened(site->arena, text, &understood);
    if (!understood && !report_pattern(site, file, number, text))
        return false;
    struct slice why =
        arena_printf(site->arena, "%.*s:%u (%.*s)", SLICE_ARG(file), number, SLICE_ARG(text));
    struct slice directory = path_directory(file);
    return add_pattern(
        site, ARENA_JOIN(site->arena, directory.len ? directory : SLICE("."), SLICE("/"), wide),
        why);
}

static bool read_ignore_file(struct site *site, struct slice file, struct error *error)
{
    enum { IGNORE_FILE_MAX = 1 << 20 };
    struct slice text, rest, line;
    unsigned number = 0;
    if (!file.len || !tree_has_file(site->tree, file))
        return true;
    // An unreadable file might hide anything.
    if (!tree_read(site->tree, site->scratch, file, IGNORE_FILE_MAX, &text, NULL, error))
        return false;
    rest = text;
    while (slice_split(&rest, '\n', &line))
        if (!read_ignore_line(site, file, ++number, line))
            return error_memory(error);
    return true;
}

static bool read_setting(struct site *site, struct error *error)
{
    struct value list = site->settings->ignores;
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct slice text = value_text(value_item(NULL, list, i));
        if (!text.len)
            continue;
        bool understood;
        struct slice wide = widened(site->arena, text, &understood);
        if (!understood && !report_pattern(site, settings_file_shown(site->settings), 1, text))
            return error_memory(error);
        if (!add_pattern(site, wide, arena_printf(site->arena, "ignores (%.*s)", SLICE_ARG(text))))
            return error_memory(error);
    }
    return true;
}

bool ignores_read(struct site *site, struct error *error)
{
    for (size_t i = 0; i < IGNORE_FILES; i++)
        if (!read_ignore_file(site, ignores_file(site->settings, site->arena, i), error))
            return false;
    return read_setting(site, error);
}

struct slice ignores_why(const struct site *site, struct slice path)
{
    struct slice small = site->ignore_count ? utf8_lower(site->scratch, path) : SLICE_EMPTY;
    for (size_t i = 0; i < site->ignore_count; i++) {
        const struct ignore *ignore = &site->ignores[i];
        if (!small.ptr || glob_matches_any(ignore->pattern, small)) // without memory, all of them
            return ignore->why;
    }
    return SLICE_EMPTY;
}

bool ignores_note(struct site *site, struct slice path, struct slice why)
{
    struct error error = {0};
    if (!arena_room(site->arena, &site->left_out, site->left_out_count, &site->left_out_capacity,
                    sizeof *site->left_out))
        return false;
    site->left_out[site->left_out_count++] = (struct site_left_out){path, why};
    error_set(&error, ERROR_CONFIG, "left out by %.*s", SLICE_ARG(why));
    error_at(&error, path, 1, 1);
    return problem_add(site, SITE_NOTE, "ignored", &error) != NULL;
}

const struct site_left_out *site_left_out(const struct site *site, size_t *count)
{
    *count = site->left_out_count;
    return site->left_out;
}
