// SPDX-License-Identifier: MIT
//
// Removes a directory with everything in it. Each directory is opened without following a link, so
// that nothing outside is reached, whoever renames what meanwhile.
#include "file.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 128 };

static bool remove_entries(int fd, unsigned depth);

static bool remove_entry(int directory, const char *name, unsigned depth)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || unlinkat(directory, name, 0) == 0)
        return true;
    int fd = depth ? openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    return fd >= 0 && remove_entries(fd, depth - 1) && unlinkat(directory, name, AT_REMOVEDIR) == 0;
}

// Closes fd.
static bool remove_entries(int fd, unsigned depth)
{
    const struct dirent *entry;
    bool ok = true;
    DIR *directory = fdopendir(fd);
    if (!directory) {
        close(fd);
        return false;
    }
    while ((entry = readdir(directory)) != NULL)
        ok = remove_entry(fd, entry->d_name, depth) && ok;
    closedir(directory);
    return ok;
}

bool file_remove_directory(const char *path)
{
    return remove_entry(AT_FDCWD, path, DEPTH_MAX);
}
