// SPDX-License-Identifier: MIT
//
// `guidanced move`: front matter of moved pages, and carrying out the plan. All new texts are made
// before anything is touched; the old ones are kept, and restored if the site does not load as
// planned.
#include "move.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCE_MAX_BYTES = 64 << 20 };

static struct slice full_path(const struct move *move, struct slice path)
{
    return path_join(move->arena, settings_directory(move->settings), path);
}

// ---- redirect_from ----

struct front {
    size_t begin, end;  // the range of the key and its values; if equal, where to insert them
    const char *before; // text before and after new front matter
    const char *after;
    bool foreign; // not YAML
};

static bool is_fence(struct slice line)
{
    struct slice text = slice_trim(line);
    return slice_equal(text, SLICE("---")) || slice_equal_ignore_case(text, SLICE("---yaml"));
}

static struct front find_front(struct slice text)
{
    struct front front = {.before = "", .after = ""};
    struct slice rest = text, line;
    bool within = false;
    if (!slice_starts_with(text, SLICE("---"))) {
        front.before = "---\n";
        front.after = "---\n";
        return front;
    }
    slice_next_line(&rest, &line);
    front.foreign = !is_fence(line);
    while (slice_next_line(&rest, &line)) {
        size_t at = (size_t)(line.ptr - text.ptr);
        bool ends = slice_equal(slice_trim(line), SLICE("---"));
        if (within && !ends && line.len && strchr(" \t-#", line.ptr[0]))
            continue;
        if (within || ends) {
            front.end = at;
            front.begin = within ? front.begin : at;
            return front;
        }
        within = slice_starts_with(line, SLICE("redirect_from:"));
        front.begin = at;
    }
    front.foreign = true; // it is not closed
    return front;
}

static void write_address(struct buffer *out, struct slice address)
{
    bool plain = slice_starts_with(address, SLICE("/"));
    for (size_t i = 0; i < address.len; i++) {
        char c = address.ptr[i];
        plain &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 strchr("/-._", c);
    }
    buffer_append_cstr(out, "  - ");
    if (plain)
        buffer_append(out, address);
    else
        buffer_append_json_string(out, address);
    buffer_append_byte(out, '\n');
}

// The page's old addresses, except the one it moves to.
static void write_kept(struct buffer *out, const struct move_page *page)
{
    struct value from = value_get(NULL, page->page->data, SLICE("redirect_from"));
    const struct value_array *list =
        value_is(from, VALUE_ARRAY) ? value_array_view(NULL, from) : NULL;
    for (uint32_t i = 0; i < (list ? list->count : 1); i++) {
        struct value item = list ? list->items[i] : from;
        if (value_is(item, VALUE_STRING) && value_text(item).len &&
            !slice_equal(value_text(item), page->url) &&
            !slice_equal(value_text(item), page->page->url))
            write_address(out, value_text(item));
    }
}

bool move_redirect(struct move *move, const struct move_page *page)
{
    struct slice text, path = page->page->input_path;
    if (!file_read(move->arena, full_path(move, path).ptr, SOURCE_MAX_BYTES, &text, &move->error))
        return false;
    struct front front = find_front(text);
    if (front.foreign) {
        error_set(&move->error, ERROR_CONFIG, "its front matter is not YAML: %.*s",
                  SLICE_ARG(path));
        error_hint(&move->error, "move the file, and redirect %.*s in guidance.yaml",
                   SLICE_ARG(page->page->url));
        return false;
    }
    struct buffer out = buffer_create(move->arena, 0);
    buffer_append_cstr(&out, front.before);
    buffer_append_cstr(&out, "redirect_from:\n");
    if (front.end > front.begin)
        write_kept(&out, page);
    write_address(&out, page->page->url);
    buffer_append_cstr(&out, front.after);
    return move_add_edit(move, path, text, front.begin, slice_sub(text, front.begin, front.end),
                         buffer_slice(&out));
}

// ---- carrying it out ----

struct rewritten {
    struct slice old_path, path; // before and after the move
    struct slice before, after;  // its text
};

struct renamed {
    struct slice from, to;
};

struct work {
    struct move *move;
    struct rewritten *texts;
    size_t text_count, texts_written;
    struct renamed *names;
    size_t name_count, name_capacity, names_done;
};

// Makes the text of one file with its edits, edits[from…to).
static bool rewrite_file(struct work *work, size_t from, size_t to)
{
    struct move *move = work->move;
    struct rewritten *text = &work->texts[work->text_count++];
    struct buffer out = buffer_create(move->arena, 0);
    size_t at = 0;
    text->old_path = move->edits[from].file;
    text->path = move_path(move, text->old_path);
    if (!file_read(move->arena, full_path(move, text->old_path).ptr, SOURCE_MAX_BYTES,
                   &text->before, &move->error))
        return false;
    for (size_t i = from; i < to; i++) {
        const struct move_edit *edit = &move->edits[i];
        size_t end = edit->offset + edit->before.len;
        if (edit->offset < at ||
            !slice_equal(slice_sub(text->before, edit->offset, end), edit->before))
            return error_set(&move->error, ERROR_CHANGING, "the file is changing: %.*s",
                             SLICE_ARG(text->old_path));
        buffer_append(&out, slice_sub(text->before, at, edit->offset));
        buffer_append(&out, edit->after);
        at = end;
    }
    buffer_append(&out, slice_sub(text->before, at, text->before.len));
    text->after = buffer_slice(&out);
    return !out.failed || error_memory(&move->error);
}

static bool rewrite_files(struct work *work)
{
    const struct move *move = work->move;
    work->texts = arena_zalloc(move->arena, move->edit_count + 1, sizeof *work->texts);
    if (!work->texts)
        return error_memory(&work->move->error);
    for (size_t from = 0, to; from < move->edit_count; from = to) {
        for (to = from + 1; to < move->edit_count; to++)
            if (!slice_equal(move->edits[to].file, move->edits[from].file))
                break;
        if (!rewrite_file(work, from, to))
            return false;
    }
    return true;
}

static bool plan_name(struct work *work, struct slice from, struct slice to)
{
    if (!arena_room(work->move->arena, &work->names, work->name_count, &work->name_capacity,
                    sizeof *work->names))
        return error_memory(&work->move->error);
    work->names[work->name_count++] = (struct renamed){from, to};
    return true;
}

// A folder is renamed whole; then files of the same name, such as a page's data.
static bool see_beside(void *state, struct slice relative, const struct file_info *info)
{
    struct work *work = state;
    struct move *move = work->move;
    struct slice directory = move->folder ? move->from : path_directory(move->from);
    struct slice path = path_join(move->arena, directory, relative), to = move_path(move, path);
    struct slice after = path_join(move->arena, move->to, relative);
    (void)info;
    if (slice_find_byte(relative, '/', 0) != SIZE_MAX || slice_equal(path, move->from))
        return true;
    if (move->folder)
        return slice_equal(after, to) || plan_name(work, after, to);
    return slice_equal(path, to) || plan_name(work, path, to);
}

static bool name_files(struct work *work)
{
    struct move *move = work->move;
    struct slice directory = move->folder ? move->from : path_directory(move->from);
    return plan_name(work, move->from, move->to) &&
           tree_list(site_tree(move->site), directory, see_beside, work, &move->error);
}

static bool rename_one(struct work *work, struct slice from, struct slice to)
{
    struct move *move = work->move;
    struct slice parent = full_path(move, path_directory(to));
    struct slice old = full_path(move, from), new = full_path(move, to);
    if (!parent.ptr || !old.ptr || !new.ptr)
        return error_memory(&move->error);
    if (!file_make_directories(parent.ptr, &move->error))
        return false;
    if (access(new.ptr, F_OK) != 0 && rename(old.ptr, new.ptr) == 0)
        return true;
    return error_set(&move->error, ERROR_IO, "%.*s cannot be renamed to %.*s", SLICE_ARG(from),
                     SLICE_ARG(to));
}

static bool write_keeping_mode(struct move *move, struct slice path, struct slice text)
{
    struct stat st;
    struct slice full = full_path(move, path);
    if (!full.ptr)
        return error_memory(&move->error);
    return stat(full.ptr, &st) == 0 && file_write(full.ptr, text, &move->error) &&
           chmod(full.ptr, st.st_mode & 07777) == 0;
}

static bool do_all(struct work *work)
{
    struct move *move = work->move;
    for (; work->names_done < work->name_count; work->names_done++)
        if (!rename_one(work, work->names[work->names_done].from, work->names[work->names_done].to))
            return false;
    while (work->texts_written < work->text_count) {
        // Counted first: one that fails may be written, without its mode.
        size_t i = work->texts_written++;
        if (!write_keeping_mode(move, work->texts[i].path, work->texts[i].after))
            return error_set(&move->error, ERROR_IO, "this file cannot be written: %.*s",
                             SLICE_ARG(work->texts[i].path));
    }
    return true;
}

static bool undo(struct work *work)
{
    bool ok = true;
    struct error first = work->move->error;
    for (size_t i = work->texts_written; i-- > 0;)
        ok &= write_keeping_mode(work->move, work->texts[i].path, work->texts[i].before);
    for (size_t i = work->names_done; i-- > 0;)
        ok &= rename_one(work, work->names[i].to, work->names[i].from);
    // Removes only empty folders, made for the move.
    struct slice parent = full_path(work->move, path_directory(work->move->to));
    rmdir(arena_cstr(work->move->arena, parent));
    work->move->error = first;
    error_hint(&work->move->error,
               ok ? "everything was put back" : "not everything could be put back: see git status");
    return ok;
}

// ---- checking the result ----

static bool is_as_planned(struct move *move, const struct site *site)
{
    for (size_t i = 0; i < move->page_count; i++) {
        const struct move_page *moved = &move->pages[i];
        const struct site_page *now = site_page_by_input(site, moved->path);
        if (!now || !slice_equal(now->url, moved->url))
            return error_set(&move->error, ERROR_CONFIG, "%.*s would be at %.*s, not at %.*s",
                             SLICE_ARG(moved->path), SLICE_ARG(now ? now->url : SLICE("no URL")),
                             SLICE_ARG(moved->url));
        if (!moved->url.len || slice_equal(moved->url, moved->page->url))
            continue;
        const struct site_route *old =
            site_link_route(site, move->arena, move_prefixed(move, moved->page->url));
        if (!old || old->kind != SITE_ROUTE_REDIRECT || old->page != now)
            return error_set(&move->error, ERROR_CONFIG, "%.*s would not lead to %.*s",
                             SLICE_ARG(moved->page->url), SLICE_ARG(moved->url));
    }
    return true;
}

bool move_do(struct move *move)
{
    struct work work = {.move = move};
    if (!rewrite_files(&work) || !name_files(&work))
        return false;
    // A name that there was no memory for is not among those to change.
    if (arena_failed(move->arena))
        return error_memory(&move->error);
    struct site_load_options options = {.settings = move->settings, .development = true};
    bool ok = do_all(&work);
    struct site *site = ok ? command_load(&options, move->arena, &move->error) : NULL;
    ok = site && is_as_planned(move, site);
    if (!ok)
        undo(&work);
    site_release(site);
    return ok;
}
