// SPDX-License-Identifier: MIT
//
// The sandbox: Landlock for files, seccomp for system calls (sandbox_calls.h).
#include "sandbox.h"

#include "sandbox_calls.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

// A core dump would contain the key and readers' data, and so could a debugger of the same user.
static bool refuse_dumps(void)
{
    const struct rlimit none = {0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

// Opened before Landlock, and kept.
static int open_report(const char *path)
{
    return path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
}

struct sandbox_result sandbox_enter(const struct sandbox_policy *policy)
{
    struct sandbox_result result = {.no_dumps = refuse_dumps()};
    result.no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (!result.no_new_privileges)
        return result;
    int report = open_report(policy->report);
    result.landlock_abi = landlock_enter(policy->paths, policy->count, 0);
    result.seccomp = sandbox_calls_enter(report);
    return result;
}
