// SPDX-License-Identifier: MIT
//
// User, groups and capabilities are given up with plain system calls; libcap would be another
// library for only four of them.
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 128 };

static bool parse_id(const char *text, unsigned *id)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *id = (unsigned)value;
    return text[0] >= '0' && text[0] <= '9' && !*end && !errno && value < UINT32_MAX;
}

static bool find_group(const char *name, gid_t *gid)
{
    const struct group *group = getgrnam(name);
    if (group)
        *gid = group->gr_gid;
    return group || parse_id(name, gid);
}

struct identity {
    uid_t uid;
    gid_t gid;
    bool own_group; // of the settings, not the user's
};

// "name[:group]". A number without an entry is its own group.
static bool find_user(char *name, struct identity *as, struct error *error)
{
    char *colon = strchr(name, ':');
    if (colon)
        *colon = '\0';
    const struct passwd *entry = getpwnam(name);
    if (entry) {
        as->uid = entry->pw_uid;
        as->gid = entry->pw_gid;
    } else if (parse_id(name, &as->uid))
        as->gid = as->uid;
    else
        return error_set(error, ERROR_CONFIG, "user: there is no user %s", name);
    as->own_group = colon != NULL;
    return !colon || find_group(colon + 1, &as->gid) ||
           error_set(error, ERROR_CONFIG, "user: there is no group %s", colon + 1);
}

static void drop_bounding_set(void)
{
    // Fails with EINVAL beyond the last capability of the kernel.
    for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0;)
        capability++;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

// If there is none to drop, the call is skipped: some containers refuse it.
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {0}, none[2] = {0};
    if (syscall(SYS_capget, &header, held) == 0 && memcmp(held, none, sizeof held) == 0)
        return true;
    return syscall(SYS_capset, &header, none) == 0;
}

static bool become(const struct identity *as, struct error *error)
{
    uid_t uid = as->uid;
    gid_t gid = as->gid;
    if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
        return error_set(error, ERROR_CONFIG, "cannot become user %u: %s", uid, strerror(errno));
    // There must be no way back.
    if (uid && (setuid(0) == 0 || seteuid(0) == 0))
        return error_set(error, ERROR_CONFIG, "user %u can become root again", uid);
    return true;
}

bool privileges_drop(struct slice user, struct error *error)
{
    char name[NAME_MAX_BYTES];
    struct identity as = {geteuid(), getegid(), false};
    if (user.len >= sizeof name)
        return error_set(error, ERROR_CONFIG, "user: the name is too long");
    if (user.len)
        memcpy(name, user.ptr, user.len);
    name[user.len] = '\0';
    if (user.len && !find_user(name, &as, error))
        return false;
    bool other = as.uid != geteuid() || (as.own_group && as.gid != getegid());
    if (geteuid() == 0)
        drop_bounding_set();
    if (other && geteuid() != 0)
        return error_set(error, ERROR_CONFIG, "user: only root can become another user or group");
    if (other && !become(&as, error))
        return false;
    return drop_capabilities() ||
           error_set(error, ERROR_CONFIG, "capabilities cannot be dropped: %s", strerror(errno));
}
