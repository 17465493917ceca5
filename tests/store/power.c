// SPDX-License-Identifier: MIT
//
// The VFS, and the states that a loss of power leaves (power.h).
#include "power.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

enum { SECTOR = 512, SPREAD = 8, SHUFFLED = 16, NAME_LENGTH = 512, DISKS = 4, INODES = 256 };

struct bytes {
    unsigned char *at;
    size_t length, capacity;
};

// What has one name at a time; a file made again under the same name is another.
struct inode {
    char name[NAME_LENGTH];
    struct bytes durable;
    struct bytes left; // of power_leave, which is called thousands of times
    bool linked;       // its name is in the directory, on the disk
};

enum operation_kind { WRITE, TRUNCATE, CREATE, DELETE };
struct operation {
    enum operation_kind kind;
    struct inode *inode;
    size_t offset; // TRUNCATE: the length
    struct bytes bytes;
};

struct power {
    char directory[NAME_LENGTH];
    void (*moment)(void *state);
    void *state;
    bool lies;
    struct inode *inodes[INODES];
    size_t inode_count;
    struct operation *pending;
    size_t count, capacity;
};

static struct power *disks[DISKS];
static sqlite3_vfs *real_vfs, our_vfs;

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

// ---- what is on the disk ----

static void bytes_resize(struct bytes *bytes, size_t length)
{
    if (length >= bytes->capacity) {
        bytes->capacity = length * 2 + 1;
        bytes->at = need(realloc(bytes->at, bytes->capacity));
    }
    if (length > bytes->length)
        memset(bytes->at + bytes->length, 0, length - bytes->length);
    bytes->length = length;
}

static void bytes_write(struct bytes *bytes, size_t offset, const unsigned char *from,
                        size_t length)
{
    if (offset + length > bytes->length)
        bytes_resize(bytes, offset + length);
    memcpy(bytes->at + offset, from, length);
}

static void bytes_read_file(struct bytes *bytes, const char *name)
{
    unsigned char block[4096];
    FILE *file = need(fopen(name, "rb"));
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        bytes_write(bytes, bytes->length, block, n);
    fclose(file);
}

static struct inode *add_inode(struct power *power, const char *name)
{
    struct inode *inode = need(calloc(1, sizeof *inode));
    if (power->inode_count == INODES)
        abort();
    snprintf(inode->name, sizeof inode->name, "%s", name);
    return power->inodes[power->inode_count++] = inode;
}

static bool is_linked_now(const struct power *power, const struct inode *inode)
{
    bool linked = inode->linked;
    for (size_t i = 0; i < power->count; i++)
        if (power->pending[i].inode == inode && power->pending[i].kind >= CREATE)
            linked = power->pending[i].kind == CREATE;
    return linked;
}

static struct inode *inode_of(const struct power *power, const char *name)
{
    for (size_t i = power->inode_count; i-- > 0;)
        if (strcmp(power->inodes[i]->name, name) == 0 && is_linked_now(power, power->inodes[i]))
            return power->inodes[i];
    return NULL;
}

static void add_operation(struct power *power, struct operation operation, const void *bytes)
{
    if (power->count == power->capacity) {
        power->capacity = power->capacity ? power->capacity * 2 : 64;
        power->pending = need(realloc(power->pending, power->capacity * sizeof *power->pending));
    }
    if (operation.bytes.length) {
        operation.bytes.at = need(malloc(operation.bytes.length));
        memcpy(operation.bytes.at, bytes, operation.bytes.length);
    }
    power->pending[power->count++] = operation;
}

static void make_durable(struct operation *operation)
{
    struct inode *inode = operation->inode;
    switch (operation->kind) {
    case WRITE:
        bytes_write(&inode->durable, operation->offset, operation->bytes.at,
                    operation->bytes.length);
        break;
    case TRUNCATE:
        bytes_resize(&inode->durable, operation->offset);
        break;
    case CREATE:
    case DELETE:
        inode->linked = operation->kind == CREATE;
        break;
    }
    free(operation->bytes.at);
}

// What is pending of the inode's content, or of the directory (NULL), has reached the disk.
static void sync_pending(struct power *power, const struct inode *inode)
{
    size_t kept = 0;
    if (power->lies)
        return;
    for (size_t i = 0; i < power->count; i++) {
        struct operation *operation = &power->pending[i];
        bool of_directory = operation->kind >= CREATE;
        if (inode ? !of_directory && operation->inode == inode : of_directory)
            make_durable(operation);
        else
            power->pending[kept++] = *operation;
    }
    power->count = kept;
}

// ---- what is left ----

enum fate { LOST, KEPT, BEGINNING, END, SCATTERED, LENGTH };

static unsigned shuffle(unsigned n, size_t i)
{
    uint64_t x = (uint64_t)n * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u + 1;
    x ^= x >> 29;
    x *= 0x94d049bb133111ebu;
    return (unsigned)(x >> 33);
}

// Of state n: 0 nothing is left, 1 all; then, at some operations spread over all, kinds of 6: those
// before it, all but it, it alone, those before it and a part of it; then by chance.
static enum fate fate_of(unsigned n, size_t i, size_t count)
{
    static const enum fate CHANCES[] = {LOST, KEPT, LOST, KEPT, BEGINNING, END, SCATTERED, LENGTH};
    size_t spread = count < SPREAD ? count : SPREAD;
    if (n < 2)
        return n ? KEPT : LOST;
    unsigned kind = (n - 2) % 6;
    size_t chosen = (n - 2) / 6;
    if (chosen >= spread)
        return CHANCES[shuffle(n, i) % (sizeof CHANCES / sizeof *CHANCES)];
    chosen = chosen * count / spread;
    if (kind == 1)
        return i == chosen ? LOST : KEPT;
    if (kind == 2)
        return i == chosen ? KEPT : LOST;
    if (i != chosen)
        return i < chosen ? KEPT : LOST;
    return kind == 0 ? LOST : kind == 3 ? BEGINNING : kind == 4 ? END : SCATTERED;
}

static unsigned states(size_t count)
{
    size_t spread = count < SPREAD ? count : SPREAD;
    return count ? (unsigned)(2 + spread * 6 + SHUFFLED) : 1;
}

static void leave_write(struct bytes *bytes, const struct operation *operation, enum fate fate,
                        unsigned n)
{
    size_t length = operation->bytes.length, end = operation->offset + length;
    size_t half = (operation->offset + length / 2) / SECTOR * SECTOR;
    if (fate == LENGTH && end > bytes->length)
        bytes_resize(bytes, end);
    for (size_t at = operation->offset, next; at < end && fate != LENGTH; at = next) {
        next = (at / SECTOR + 1) * SECTOR;
        next = next < end ? next : end;
        bool kept = fate == KEPT || (fate == BEGINNING && at < half) ||
                    (fate == END && at >= half) || (fate == SCATTERED && shuffle(n, at) % 2);
        if (kept)
            bytes_write(bytes, at, operation->bytes.at + (at - operation->offset), next - at);
    }
}

// Only whether two are the same matters, and a byte at a time took most of the test.
static uint64_t hash_bytes(uint64_t hash, const void *from, size_t length)
{
    const unsigned char *at = from;
    for (uint64_t word = 0; length; word = 0) {
        size_t taken = length < sizeof word ? length : sizeof word;
        memcpy(&word, at, taken);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
        at += taken;
        length -= taken;
    }
    return hash;
}

// The content of an inode in state n; false: its name is not in the directory.
static bool leave_inode(const struct power *power, struct inode *inode, unsigned n)
{
    struct bytes *out = &inode->left;
    bool linked = inode->linked;
    out->length = 0;
    if (inode->durable.length)
        bytes_write(out, 0, inode->durable.at, inode->durable.length);
    for (size_t i = 0; i < power->count; i++) {
        const struct operation *operation = &power->pending[i];
        enum fate fate = fate_of(n, i, power->count);
        if (operation->inode != inode || fate == LOST)
            continue;
        if (operation->kind == WRITE)
            leave_write(out, operation, fate, n);
        else if (operation->kind == TRUNCATE)
            bytes_resize(out, operation->offset);
        else
            linked = operation->kind == CREATE;
    }
    return linked;
}

static void write_file(const char *directory, const char *name, const struct bytes *bytes)
{
    char path[2 * NAME_LENGTH];
    snprintf(path, sizeof path, "%s%s", directory, strrchr(name, '/'));
    FILE *file = need(fopen(path, "wb"));
    bool written = !bytes->length || fwrite(bytes->at, 1, bytes->length, file) == bytes->length;
    if (fclose(file) != 0 || !written)
        abort();
}

uint64_t power_leave(struct power *power, unsigned n, const char *directory,
                     bool (*known)(void *state, uint64_t hash), void *state)
{
    bool linked[INODES];
    uint64_t hash = 0xcbf29ce484222325u;
    if (n >= states(power->count))
        return 0;
    for (size_t i = 0; i < power->inode_count; i++) {
        struct inode *inode = power->inodes[i];
        linked[i] = leave_inode(power, inode, n);
        if (linked[i]) {
            hash = hash_bytes(hash, inode->name, strlen(inode->name));
            hash = hash_bytes(hash ^ inode->left.length, inode->left.at, inode->left.length);
        }
    }
    bool wanted = !known(state, hash);
    for (size_t i = 0; i < power->inode_count && wanted; i++)
        if (linked[i])
            write_file(directory, power->inodes[i]->name, &power->inodes[i]->left);
    return hash ? hash : 1;
}

// ---- files ----

struct watched_file {
    sqlite3_file base;
    struct power *power; // NULL: not watched
    struct inode *inode;
    bool sync_directory; // with its first sync, as the real VFS does for journals
};

static struct watched_file *watched(sqlite3_file *file)
{
    return (struct watched_file *)file;
}

static sqlite3_file *real(sqlite3_file *file)
{
    return (sqlite3_file *)(watched(file) + 1);
}

static int file_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int file_read(sqlite3_file *file, void *to, int length, sqlite3_int64 offset)
{
    return real(file)->pMethods->xRead(real(file), to, length, offset);
}

static int file_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 offset)
{
    struct watched_file *f = watched(file);
    if (f->power)
        add_operation(f->power,
                      (struct operation){.kind = WRITE,
                                         .inode = f->inode,
                                         .offset = (size_t)offset,
                                         .bytes = {.length = (size_t)length}},
                      from);
    return real(file)->pMethods->xWrite(real(file), from, length, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 length)
{
    struct watched_file *f = watched(file);
    if (f->power)
        add_operation(
            f->power,
            (struct operation){.kind = TRUNCATE, .inode = f->inode, .offset = (size_t)length},
            NULL);
    return real(file)->pMethods->xTruncate(real(file), length);
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct watched_file *f = watched(file);
    (void)flags;
    if (!f->power)
        return SQLITE_OK;
    f->power->moment(f->power->state);
    sync_pending(f->power, f->inode);
    if (f->sync_directory)
        sync_pending(f->power, NULL);
    f->sync_directory = false;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xLock(real(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int file_check_lock(sqlite3_file *file, int *out)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int file_characteristics(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int file_shm_unmap(sqlite3_file *file, int delete)
{
    return real(file)->pMethods->xShmUnmap(real(file), delete);
}

// Without xFetch: nothing is read past us.
static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

// ---- the VFS ----

static struct power *disk_of(const char *name)
{
    for (size_t i = 0; i < DISKS && name; i++) {
        size_t length = disks[i] ? strlen(disks[i]->directory) : 0;
        if (length && strncmp(name, disks[i]->directory, length) == 0 && name[length] == '/')
            return disks[i];
    }
    return NULL;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct watched_file *f = watched(file);
    (void)vfs;
    *f = (struct watched_file){.power = flags & SQLITE_OPEN_DELETEONCLOSE ? NULL : disk_of(name)};
    int code = real_vfs->xOpen(real_vfs, name, real(file), flags, out);
    if (code != SQLITE_OK)
        return code;
    f->base.pMethods = &METHODS;
    if (!f->power)
        return code;
    int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    f->sync_directory = flags & SQLITE_OPEN_CREATE && flags & journals;
    f->inode = inode_of(f->power, name);
    if (!f->inode) {
        f->inode = add_inode(f->power, name);
        add_operation(f->power, (struct operation){.kind = CREATE, .inode = f->inode}, NULL);
    }
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    struct power *power = disk_of(name);
    struct inode *inode = power ? inode_of(power, name) : NULL;
    (void)vfs;
    int code = real_vfs->xDelete(real_vfs, name, 0);
    if (code != SQLITE_OK || !inode)
        return code;
    add_operation(power, (struct operation){.kind = DELETE, .inode = inode}, NULL);
    if (sync) {
        power->moment(power->state);
        sync_pending(power, NULL);
    }
    return code;
}

void power_install(void)
{
    real_vfs = need(sqlite3_vfs_find("unix"));
    our_vfs = *real_vfs;
    our_vfs.zName = "power";
    our_vfs.pNext = NULL;
    our_vfs.szOsFile = (int)sizeof(struct watched_file) + real_vfs->szOsFile;
    our_vfs.xOpen = vfs_open;
    our_vfs.xDelete = vfs_delete;
    sqlite3_vfs_register(&our_vfs, 1);
}

struct power *power_watch(const char *directory, void (*moment)(void *state), void *state)
{
    struct power *power = calloc(1, sizeof *power);
    size_t i = 0;
    while (i < DISKS && disks[i])
        i++;
    if (!power || i == DISKS) {
        free(power);
        return NULL;
    }
    snprintf(power->directory, sizeof power->directory, "%s", directory);
    power->moment = moment;
    power->state = state;
    DIR *entries = need(opendir(directory));
    for (struct dirent *entry; (entry = readdir(entries));) {
        char name[2 * NAME_LENGTH];
        const char *suffix = strrchr(entry->d_name, '-');
        snprintf(name, sizeof name, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] == '.' || (suffix && strcmp(suffix, "-shm") == 0))
            continue;
        struct inode *inode = add_inode(power, name);
        inode->linked = true;
        bytes_read_file(&inode->durable, name);
    }
    closedir(entries);
    return disks[i] = power;
}

void power_unwatch(struct power *power)
{
    for (size_t i = 0; i < DISKS; i++)
        if (disks[i] == power)
            disks[i] = NULL;
    for (size_t i = 0; i < power->count; i++)
        free(power->pending[i].bytes.at);
    for (size_t i = 0; i < power->inode_count; i++) {
        free(power->inodes[i]->durable.at);
        free(power->inodes[i]->left.at);
        free(power->inodes[i]);
    }
    free(power->pending);
    free(power);
}

void power_lie(struct power *power)
{
    power->lies = true;
}
