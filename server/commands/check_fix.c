// SPDX-License-Identifier: MIT
//
// `check --fix`: exact fixes put into their files. A file is read once, changed from end to
// beginning so that offsets stay valid, and written whole; if it has more errors afterwards, it is
// restored.
#include "check.h"

#include "base/file.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { FILE_MAX_BYTES = 64 << 20 };

static struct fixed_file *add_fixed_file(struct fixes *fixes)
{
    if (!arena_room(fixes->arena, &fixes->files, fixes->count, &fixes->capacity,
                    sizeof *fixes->files))
        return NULL;
    return &fixes->files[fixes->count++];
}

// The file itself, not a link to it; "" if it is not the site's own.
static struct slice own_path(struct arena *arena, const struct settings *settings,
                             struct slice file)
{
    struct slice root = settings_directory(settings), path = path_join(arena, root, file);
    char *real = path.ptr ? realpath(path.ptr, NULL) : NULL;
    struct slice found = real ? arena_copy(arena, slice_from_cstr(real)) : SLICE_EMPTY;
    free(real);
    bool inside =
        slice_starts_with(found, root) && found.len > root.len && found.ptr[root.len] == '/';
    return inside ? found : SLICE_EMPTY;
}

// Writes the content, keeping the file's permissions.
static bool write(struct slice path, struct slice content)
{
    struct stat st;
    struct error error = {0};
    if (stat(path.ptr, &st) != 0)
        return false;
    if (!file_write(path.ptr, content, &error)) {
        command_print_error(&error);
        return false;
    }
    return chmod(path.ptr, st.st_mode & 07777) == 0;
}

static bool is_exact(const struct site_finding *finding, struct slice content, size_t end)
{
    return finding->fix.ptr && finding->text.len && finding->offset != SIZE_MAX &&
           finding->offset + finding->text.len <= end &&
           slice_equal(slice_sub(content, finding->offset, finding->offset + finding->text.len),
                       finding->text);
}

// The text with the fixes of findings [from, to), which are of one file and sorted.
static struct slice mend(struct fixes *fixes, const struct site_finding *from,
                         const struct site_finding *to, struct slice content, size_t *count)
{
    size_t end = content.len; // the text after it has been changed
    struct slice text = content;
    for (const struct site_finding *finding = to; finding-- > from;) {
        if (!is_exact(finding, content, end))
            continue;
        struct buffer out = buffer_create(fixes->arena, 0);
        buffer_append(&out, slice_sub(text, 0, finding->offset));
        buffer_append(&out, finding->fix);
        buffer_append(&out, slice_sub(text, finding->offset + finding->text.len, text.len));
        if (out.failed)
            return SLICE_EMPTY;
        text = slice_of(out.ptr ? out.ptr : "", out.len);
        end = finding->offset;
        ++*count;
    }
    return text;
}

static void fix_file(struct fixes *fixes, const struct settings *settings,
                     const struct site_finding *from, const struct site_finding *to)
{
    struct fixed_file file = {.file = from->file};
    struct error error = {0};
    bool any = false;
    for (const struct site_finding *finding = from; finding < to; finding++)
        any |= finding->fix.ptr != NULL;
    if (!any)
        return;
    file.path = own_path(fixes->arena, settings, from->file);
    if (!file.path.len ||
        !file_read(fixes->arena, file.path.ptr, FILE_MAX_BYTES, &file.before, &error))
        return;
    struct slice text = mend(fixes, from, to, file.before, &file.fixes);
    if (!file.fixes || !text.ptr || !write(file.path, text))
        return;
    struct fixed_file *kept = add_fixed_file(fixes);
    if (kept)
        *kept = file;
    fixes->applied += file.fixes;
}

void fixes_apply(struct fixes *fixes, const struct settings *settings,
                 const struct site_report *report)
{
    for (size_t from = 0, to; from < report->count; from = to) {
        const struct site_finding *findings = report->findings;
        for (to = from + 1; to < report->count; to++)
            if (!slice_equal(findings[to].file, findings[from].file))
                break;
        fix_file(fixes, settings, &findings[from], &findings[to]);
    }
}

static size_t errors_of(const struct site_report *report, struct slice file)
{
    size_t count = 0;
    for (size_t i = 0; report && i < report->count; i++)
        count += report->findings[i].severity == SITE_ERROR &&
                 slice_equal(report->findings[i].file, file);
    return count;
}

size_t fixes_revert(struct fixes *fixes, const struct site_report *before,
                    const struct site_report *after)
{
    size_t reverted = 0;
    for (size_t i = 0; i < fixes->count; i++) {
        struct fixed_file *file = &fixes->files[i];
        if (after && errors_of(after, file->file) <= errors_of(before, file->file))
            continue;
        if (!write(file->path, file->before))
            continue;
        fixes->applied -= file->fixes;
        reverted++;
    }
    return reverted;
}
