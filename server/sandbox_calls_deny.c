// SPDX-License-Identifier: MIT
//
// The deny-list: everything is allowed except what a file server never needs.
#include "sandbox_calls.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/socket.h>

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

// Connections come from listeners that are open already; local sockets notify systemd.
static bool refuse_sockets(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp not_local = {.arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX};
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, &not_local) ==
           0;
}

bool sandbox_calls_enter(int report)
{
    (void)report; // nothing that is needed is refused
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter && refuse_sockets(filter);
    for (size_t i = 0; ok && i < sizeof REFUSED / sizeof *REFUSED; i++)
        ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), REFUSED[i], 0) == 0;
    ok = ok && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

void sandbox_calls_write_reference(struct buffer *out)
{
    buffer_append_cstr(out, "Built with `GUIDANCED_SECCOMP=deny`: there is no list.\n");
}
