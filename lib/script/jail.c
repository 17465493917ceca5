// SPDX-License-Identifier: MIT
//
// What a host may read, write and execute, through Landlock; how much it may use, through resource
// limits; and the order in which it gives up its rights.
#include "jail.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// Limits for open files, and for the size of one file.
enum { FILES_MAX = 4096, FILE_BYTES_MAX = 1 << 30 };

// ---- paths ----

// The libraries of node and of packages' addons, and what they read from the system. Of /etc only
// the files listed here.
static const struct landlock_path SYSTEM[] = {
    {"/lib", LANDLOCK_READ},
    {"/lib64", LANDLOCK_READ},
    {"/usr/lib", LANDLOCK_READ},
    {"/usr/lib64", LANDLOCK_READ},
    {"/usr/local/lib", LANDLOCK_READ},
    {"/usr/share/nodejs", LANDLOCK_READ}, // Debian keeps parts of node here
    {"/usr/share/zoneinfo", LANDLOCK_READ},
    {"/usr/share/fonts", LANDLOCK_READ}, // for images with text
    {"/etc/fonts", LANDLOCK_READ},
    {"/etc/localtime", LANDLOCK_READ},
    {"/etc/ld.so.cache", LANDLOCK_READ},
    {"/etc/ssl/openssl.cnf", LANDLOCK_READ},
    {"/proc/self", LANDLOCK_READ},
    {"/proc/cpuinfo", LANDLOCK_READ},
    {"/proc/meminfo", LANDLOCK_READ},
    {"/proc/sys/vm/overcommit_memory", LANDLOCK_READ},
    {"/sys/devices/system/cpu/online", LANDLOCK_READ},
    {"/dev/null", LANDLOCK_READ | LANDLOCK_WRITE},
    {"/dev/urandom", LANDLOCK_READ},
};
static const struct landlock_path NETWORK[] = {
    {"/etc/resolv.conf", LANDLOCK_READ},   {"/etc/hosts", LANDLOCK_READ},
    {"/etc/nsswitch.conf", LANDLOCK_READ}, {"/etc/gai.conf", LANDLOCK_READ},
    {"/etc/ssl/certs", LANDLOCK_READ},     {"/usr/share/ca-certificates", LANDLOCK_READ},
};

// `path` NULL: there was no room for it.
static void add_right(struct jail *jail, const char *path, int rights)
{
    jail->full |= !path || jail->count == JAIL_PATHS_MAX;
    if (!jail->full && *path)
        jail->paths[jail->count++] = (struct landlock_path){path, rights};
}

static void add_all(struct jail *jail, const struct landlock_path *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_right(jail, paths[i].path, paths[i].rights);
}

static const char *keep_text(struct jail *jail, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > sizeof jail->text - jail->used)
        return NULL;
    char *at = jail->text + jail->used;
    memcpy(at, text, size);
    jail->used += size;
    return at;
}

// ---- the site ----

// The site's entry that contains the daemon's own files, ".guidanced" by default; empty: none.
static struct slice own_entry(const struct script_options *options)
{
    struct slice root = slice_from_cstr(options->root), scratch = slice_from_cstr(options->scratch);
    if (!slice_starts_with(scratch, root) || scratch.len <= root.len ||
        scratch.ptr[root.len] != '/')
        return SLICE_EMPTY;
    struct slice rest = slice_sub(scratch, root.len + 1, scratch.len);
    size_t end = slice_find_byte(rest, '/', 0);
    return end == SIZE_MAX ? SLICE_EMPTY : slice_sub(rest, 0, end);
}

static void add_root_entry(struct jail *jail, const char *root, const char *name, struct slice own)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", root, name);
    if (slice_equal(slice_from_cstr(name), own) || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0 || n < 0 || (size_t)n >= sizeof path)
        return;
    // Anyone who can write to the site can make links, so they are not followed out of it.
    add_right(jail, keep_text(jail, path), LANDLOCK_READ | LANDLOCK_LINK);
}

static bool add_entries(struct jail *jail, const char *root, struct slice own, struct error *error)
{
    const struct dirent *entry;
    DIR *directory = opendir(root);
    if (!directory)
        return error_set(error, ERROR_IO, "cannot read %s: %s", root, strerror(errno));
    while ((errno = 0, entry = readdir(directory)) != NULL)
        add_root_entry(jail, root, entry->d_name, own);
    bool ok = !errno || error_set(error, ERROR_IO, "cannot read %s: %s", root, strerror(errno));
    closedir(directory);
    return ok;
}

// Without daemon files below it, the whole site; otherwise each entry, and the list of names.
static bool add_site(struct jail *jail, const struct script_options *options, struct error *error)
{
    struct slice own = own_entry(options);
    add_right(jail, options->root, own.len ? LANDLOCK_LIST : LANDLOCK_READ);
    return !own.len || add_entries(jail, options->root, own, error);
}

// JavaScript that may read one part of the site and not another fails where nobody expects it.
static bool has_room(const struct jail *jail, const struct script_options *options,
                     struct error *error)
{
    if (!jail->full)
        return true;
    error_set(error, ERROR_LIMIT, "%s has too many entries for the process that runs JavaScript",
              options->root);
    error_hint(error, "set script.scratch to a directory outside the site");
    return false;
}

// node_modules is a link in some checkouts. It is followed only to another node_modules, since
// anyone who can write to the site can make links.
static void add_modules(struct jail *jail, const char *root)
{
    char path[PATH_MAX], real[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/node_modules", root);
    if (n < 0 || (size_t)n >= sizeof path || !realpath(path, real))
        return;
    const char *name = strrchr(real, '/');
    if (name && strcmp(name, "/node_modules") == 0)
        add_right(jail, keep_text(jail, real), LANDLOCK_READ);
}

// A node outside /usr (/opt/node/bin/node) has its libraries next to it.
static void add_prefix(struct jail *jail)
{
    char prefix[PATH_MAX];
    const char *bin = strstr(jail->program, "/bin/");
    if (!bin || strchr(bin + 5, '/') || bin == jail->program)
        return;
    snprintf(prefix, sizeof prefix, "%.*s/lib", (int)(bin - jail->program), jail->program);
    add_right(jail, keep_text(jail, prefix), LANDLOCK_READ);
}

// ---- the program ----

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

// As a shell finds it: a name with a slash is a path, others are looked for in PATH.
static bool find_program(const char *command, char out[PATH_MAX])
{
    const char *path = getenv("PATH");
    struct slice rest = slice_from_cstr(path && *path ? path : "/usr/local/bin:/usr/bin:/bin");
    struct slice directory;
    char candidate[PATH_MAX];
    if (strchr(command, '/'))
        return is_program(command) && realpath(command, out);
    while (slice_split(&rest, ':', &directory)) {
        int n = snprintf(candidate, sizeof candidate, "%.*s/%s", SLICE_ARG(directory), command);
        if (directory.len && n > 0 && (size_t)n < sizeof candidate && is_program(candidate) &&
            realpath(candidate, out))
            return true;
    }
    return false;
}

// The kernel executes the loader that the program names. False: not an ELF program, but for example
// a version manager's script.
static bool add_loader(struct jail *jail)
{
    Elf64_Ehdr head;
    Elf64_Phdr part;
    char loader[PATH_MAX] = "";
    int fd = open(jail->program, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && pread(fd, &head, sizeof head, 0) == sizeof head &&
              memcmp(head.e_ident, ELFMAG, SELFMAG) == 0;
    for (unsigned i = 0; ok && i < head.e_phnum; i++) {
        off_t at = (off_t)(head.e_phoff + (uint64_t)i * head.e_phentsize);
        if (pread(fd, &part, sizeof part, at) == sizeof part && part.p_type == PT_INTERP &&
            part.p_filesz < sizeof loader)
            ok = pread(fd, loader, part.p_filesz, (off_t)part.p_offset) == (ssize_t)part.p_filesz;
    }
    if (fd >= 0)
        close(fd);
    if (ok && *loader)
        add_right(jail, keep_text(jail, loader), LANDLOCK_READ | LANDLOCK_EXECUTE);
    return ok;
}

static bool plan_program(struct jail *jail, const char *command, struct error *error)
{
    if (!find_program(command, jail->program)) {
        error_set(error, ERROR_CONFIG,
                  "the site's JavaScript needs node: no program \"%s\" is found", command);
        error_hint(error, "install Node.js 18 or later, or set script.command to its path");
        return false;
    }
    add_right(jail, jail->program, LANDLOCK_READ | LANDLOCK_EXECUTE);
    if (!add_loader(jail)) {
        error_set(error, ERROR_CONFIG, "script.command: %s is not node itself", jail->program);
        error_hint(error, "give the path of the program, not of a script that starts it");
        return false;
    }
    return true;
}

bool jail_plan(struct jail *jail, const struct script_options *options, const char *own,
               struct error *error)
{
    jail->count = jail->used = 0;
    jail->full = false;
    jail->network = options->network;
    jail->memory_bytes = options->memory_bytes;
    add_all(jail, SYSTEM, sizeof SYSTEM / sizeof *SYSTEM);
    if (options->network)
        add_all(jail, NETWORK, sizeof NETWORK / sizeof *NETWORK);
    if (!plan_program(jail, options->command, error))
        return false;
    add_prefix(jail);
    add_right(jail, own, LANDLOCK_READ);
    add_right(jail, options->scratch, LANDLOCK_READ | LANDLOCK_WRITE);
    add_modules(jail, options->root);
    for (size_t i = 0; options->readable && options->readable[i]; i++)
        add_right(jail, options->readable[i], LANDLOCK_READ);
    return add_site(jail, options, error) && has_room(jail, options, error);
}

// ---- limits ----

static void limit(enum __rlimit_resource what, rlim_t most)
{
    struct rlimit old;
    if (getrlimit(what, &old) != 0)
        return;
    if (old.rlim_max != RLIM_INFINITY && old.rlim_max < most)
        most = old.rlim_max;
    setrlimit(what, &(struct rlimit){most, most});
}

static void limit_all(void)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, FILES_MAX);
    limit(RLIMIT_FSIZE, FILE_BYTES_MAX);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_MSGQUEUE, 0);
    signal(SIGXFSZ, SIG_IGN); // a write beyond the limit fails instead of killing
}

// The starter watches resident memory; this stops growth between its checks. V8 reserves far more
// than it uses, but not writable.
static void limit_memory(size_t bytes)
{
    limit(RLIMIT_DATA, 2 * (rlim_t)bytes + (1u << 30));
}

// If the machine runs out of memory, this process should be killed first.
static void offer_to_be_killed(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!write(fd, "1000", 4);
    close(fd);
}

bool jail_enter(const struct jail *jail, struct jail_result *result)
{
    offer_to_be_killed();
    limit_all();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    result->landlock_abi = landlock_enter(jail->paths, jail->count,
                                          LANDLOCK_OTHERS | (jail->network ? 0 : LANDLOCK_NETWORK));
    result->confined = jail_calls(jail->network, (int)getpid());
    limit_memory(jail->memory_bytes); // last: the steps above need some
    return true;
}
