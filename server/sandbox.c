// SPDX-License-Identifier: MIT
//
// The sandbox. Landlock for files; seccomp by libseccomp: everything is allowed except what a file
// server never needs.
#include "sandbox.h"

#include "base/landlock.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

// ---- landlock ----

static int enter_landlock(const struct sandbox_policy *policy)
{
    enum { LINKS = sizeof policy->links / sizeof *policy->links };
    struct landlock_path paths[2 * SANDBOX_PATHS_MAX + LINKS];
    size_t count = 0;
    for (size_t i = 0; i < policy->read_count; i++)
        paths[count++] = (struct landlock_path){policy->read[i], LANDLOCK_READ};
    for (size_t i = 0; i < policy->write_count; i++)
        paths[count++] = (struct landlock_path){policy->write[i], LANDLOCK_READ | LANDLOCK_WRITE};
    for (size_t i = 0; i < policy->link_count; i++)
        paths[count++] = (struct landlock_path){policy->links[i], LANDLOCK_READ | LANDLOCK_WRITE |
                                                                      LANDLOCK_MAKE_LINK};
    return landlock_enter(paths, count, 0);
}

// ---- seccomp ----

// Calls that start programs, open connections, change identity, or reach into the kernel.
static const int REFUSED[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(connect),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(personality),
    SCMP_SYS(acct),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(sethostname),
    SCMP_SYS(io_uring_setup),
};

static bool enter_seccomp(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return false;
    bool ok = true;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), REFUSED[i], 0) == 0 && ok;
    ok = ok && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

bool sandbox_close_sockets(void)
{
    const struct scmp_arg_cmp not_local = {.arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    // Also for threads already running.
    bool ok = filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
              seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                                     &not_local) == 0 &&
              seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

// A core dump would contain the key and readers' data, and so could a debugger of the same user.
static bool refuse_dumps(void)
{
    const struct rlimit none = {0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

struct sandbox_result sandbox_enter(const struct sandbox_policy *policy)
{
    struct sandbox_result result = {.no_dumps = refuse_dumps()};
    result.no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (!result.no_new_privileges)
        return result;
    result.landlock_abi = enter_landlock(policy);
    result.seccomp = enter_seccomp();
    return result;
}
