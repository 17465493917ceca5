// SPDX-License-Identifier: MIT
//
// Ignored pages: those matched by .gitignore, .eleventyignore and the setting `ignores`, with
// Eleventy's rules (EleventyFiles.js, and tinyglobby below it). They differ from git's: each line
// is a pattern relative to the file's own directory, `*` stays within a part of the path, case is
// ignored, everything below a match is left out too, and a line that begins with `!` has no effect.
#include "snapshot.h"

#include "base/ascii.h"

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

// Refuses picomatch syntax that our patterns lack: if misread, a page that should be hidden would
// be published.
static bool is_understood(struct slice pattern)
{
    for (size_t i = 0; i + 1 < pattern.len; i++)
        if (pattern.ptr[i + 1] == '(' && memchr("!@+*?", pattern.ptr[i], 5))
            return false;
    return true;
}

static bool report_pattern(struct site *site, struct slice file, unsigned line, struct slice text)
{
    struct error error = {0};
    error_set(&error, ERROR_CONFIG, "the pattern is not understood: %.*s", SLICE_ARG(text));
    error_hint(&error, "use *, **, ?, [a-z] and {a,b}, and one line for each pattern");
    error_at(&error, file, line, 1);
    return problem_add(site, SITE_ERROR, "ignore-pattern", &error) != NULL;
}

// `pattern` is relative to the site's directory. False: out of memory.
static bool add_pattern(struct site *site, struct slice pattern, struct slice why)
{
    struct slice clean = ascii_lower(site->arena, path_normalise(site->arena, pattern));
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
    if (!is_understood(text))
        return report_pattern(site, file, number, text);
    struct slice why =
        arena_printf(site->arena, "%.*s:%u (%.*s)", SLICE_ARG(file), number, SLICE_ARG(text));
    struct slice directory = path_directory(file);
    return add_pattern(
        site, ARENA_JOIN(site->arena, directory.len ? directory : SLICE("."), SLICE("/"), text),
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
        if (!is_understood(text)) {
            if (!report_pattern(site, settings_file_shown(site->settings), 1, text))
                return error_memory(error);
            continue;
        }
        if (!add_pattern(site, text, arena_printf(site->arena, "ignores (%.*s)", SLICE_ARG(text))))
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
    struct slice small = site->ignore_count ? ascii_lower(site->scratch, path) : SLICE_EMPTY;
    for (size_t i = 0; small.ptr && i < site->ignore_count; i++) {
        const struct ignore *ignore = &site->ignores[i];
        if (glob_matches_any(ignore->pattern, small))
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
