// SPDX-License-Identifier: MIT
//
// Translates landlock.h's few rights for the kernel, by its ABI. The headers of Debian 12 know the
// first two ABIs, so the rest is spelled out here.
#include "landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const uint64_t READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                              LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                              LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK;
static const uint64_t HANDLED =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;

// ABI 2: moves and links from one directory to another, which are refused unless handled.
static const uint64_t REFER = UINT64_C(1) << 13;
// ABI 3: without it, anybody's file can be truncated.
static const uint64_t TRUNCATE = UINT64_C(1) << 14;
// ABI 4 and 6, in fields that follow the first.
static const uint64_t TCP = 3, SIGNALS_AND_SOCKETS = 3;
struct attributes {
    uint64_t files, network, scoped;
};

// Files have no entries to read or make.
static const uint64_t OF_FILES = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                 LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE;

static uint64_t meaning_of(int rights, uint64_t handled)
{
    uint64_t access = rights & LANDLOCK_READ ? READ : 0;
    access |= rights & LANDLOCK_WRITE ? WRITE | TRUNCATE | REFER : 0;
    access |= rights & LANDLOCK_EXECUTE ? LANDLOCK_ACCESS_FS_EXECUTE : 0;
    access |= rights & LANDLOCK_LIST ? LANDLOCK_ACCESS_FS_READ_DIR : 0;
    access |= rights & LANDLOCK_MAKE_LINK ? LANDLOCK_ACCESS_FS_MAKE_SYM : 0;
    return access & handled;
}

static void allow_path(int ruleset, const char *path, uint64_t access, bool follow)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        access &= OF_FILES;
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
}

static size_t size_of_attributes(long abi)
{
    if (abi >= 6)
        return sizeof(struct attributes);
    return abi >= 4 ? offsetof(struct attributes, scoped) : sizeof(uint64_t);
}

int landlock_enter(const struct landlock_path *paths, size_t count, int scopes)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return 0;
    struct attributes attributes = {
        .files = HANDLED | (abi >= 2 ? REFER : 0) | (abi >= 3 ? TRUNCATE : 0),
        .network = scopes & LANDLOCK_NETWORK ? TCP : 0,
        .scoped = scopes & LANDLOCK_OTHERS ? SIGNALS_AND_SOCKETS : 0,
    };
    int ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &attributes, size_of_attributes(abi), 0);
    if (ruleset < 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        allow_path(ruleset, paths[i].path, meaning_of(paths[i].rights, attributes.files),
                   !(paths[i].rights & LANDLOCK_LINK));
    bool ok = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return ok ? (int)abi : 0;
}
