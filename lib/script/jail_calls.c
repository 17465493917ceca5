// SPDX-License-Identifier: MIT
//
// The system calls of a host, by libseccomp: all except those that start processes, reach others,
// or change what Landlock does not guard (permissions, owners and times of files that it may only
// read). Node often tries some of them; the results are chosen so that it carries on without them.
#include "jail.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/socket.h>

struct refusal {
    int call;
    int code; // the errno; 0: success without effect
};

static const struct refusal REFUSED[] = {
    // Processes. Threads are made with clone, which the rules below check: a filter cannot see the
    // flags of clone3, and the C library falls back to clone.
    {SCMP_SYS(clone3), ENOSYS},
    {SCMP_SYS(fork), EPERM},
    {SCMP_SYS(vfork), EPERM},
    {SCMP_SYS(execveat), EPERM},
    {SCMP_SYS(unshare), EPERM},
    {SCMP_SYS(setns), EPERM},
    // Connections, besides the sockets refused below.
    {SCMP_SYS(listen), EACCES},
    {SCMP_SYS(accept), EACCES},
    {SCMP_SYS(accept4), EACCES},
    // A way past every rule of a filter.
    {SCMP_SYS(io_uring_setup), ENOSYS},
    {SCMP_SYS(io_uring_enter), ENOSYS},
    {SCMP_SYS(io_uring_register), ENOSYS},
    // Other processes of the same user.
    {SCMP_SYS(tkill), EPERM},
    {SCMP_SYS(rt_sigqueueinfo), EPERM},
    {SCMP_SYS(rt_tgsigqueueinfo), EPERM},
    {SCMP_SYS(pidfd_open), EPERM},
    {SCMP_SYS(pidfd_getfd), EPERM},
    {SCMP_SYS(pidfd_send_signal), EPERM},
    {SCMP_SYS(ptrace), EPERM},
    {SCMP_SYS(process_vm_readv), EPERM},
    {SCMP_SYS(process_vm_writev), EPERM},
    {SCMP_SYS(process_madvise), EPERM},
    {SCMP_SYS(process_mrelease), EPERM},
    {SCMP_SYS(kcmp), EPERM},
    {SCMP_SYS(setpriority), EPERM},
    {SCMP_SYS(ioprio_set), EPERM},
    {SCMP_SYS(sched_setaffinity), EPERM},
    {SCMP_SYS(sched_setattr), EPERM},
    {SCMP_SYS(sched_setparam), EPERM},
    {SCMP_SYS(sched_setscheduler), EPERM},
    {SCMP_SYS(migrate_pages), EPERM},
    {SCMP_SYS(move_pages), EPERM},
    {SCMP_SYS(shmget), EPERM},
    {SCMP_SYS(shmat), EPERM},
    {SCMP_SYS(shmctl), EPERM},
    {SCMP_SYS(msgget), EPERM},
    {SCMP_SYS(msgsnd), EPERM},
    {SCMP_SYS(msgrcv), EPERM},
    {SCMP_SYS(msgctl), EPERM},
    {SCMP_SYS(semget), EPERM},
    {SCMP_SYS(semop), EPERM},
    {SCMP_SYS(semtimedop), EPERM},
    {SCMP_SYS(semctl), EPERM},
    {SCMP_SYS(mq_open), EPERM},
    {SCMP_SYS(mq_unlink), EPERM},
    // Rights, owners, times and attributes of files. Copying a file ends with fchmod, unpacking
    // with utimensat; both work without them.
    {SCMP_SYS(fchmod), 0},
    {SCMP_SYS(utimensat), 0},
    {SCMP_SYS(chmod), EPERM},
    {SCMP_SYS(fchmodat), EPERM},
    {SCMP_SYS(chown), EPERM},
    {SCMP_SYS(fchown), EPERM},
    {SCMP_SYS(lchown), EPERM},
    {SCMP_SYS(fchownat), EPERM},
    {SCMP_SYS(utime), EPERM},
    {SCMP_SYS(utimes), EPERM},
    {SCMP_SYS(futimesat), EPERM},
    {SCMP_SYS(setxattr), EPERM},
    {SCMP_SYS(lsetxattr), EPERM},
    {SCMP_SYS(fsetxattr), EPERM},
    {SCMP_SYS(removexattr), EPERM},
    {SCMP_SYS(lremovexattr), EPERM},
    {SCMP_SYS(fremovexattr), EPERM},
    // The same by calls that libseccomp of Debian 12 has no names for; their numbers are the same
    // on all architectures.
    {452, EPERM},             // fchmodat2
    {463, EPERM},             // setxattrat
    {466, EPERM},             // removexattrat
    {467, EPERM},             // open_tree_attr
    {SCMP_SYS(flock), EPERM}, // would block those who write them
    // The system.
    {SCMP_SYS(mount), EPERM},
    {SCMP_SYS(umount2), EPERM},
    {SCMP_SYS(open_tree), EPERM},
    {SCMP_SYS(move_mount), EPERM},
    {SCMP_SYS(fsopen), EPERM},
    {SCMP_SYS(fspick), EPERM},
    {SCMP_SYS(fsmount), EPERM},
    {SCMP_SYS(mount_setattr), EPERM},
    {SCMP_SYS(pivot_root), EPERM},
    {SCMP_SYS(chroot), EPERM},
    {SCMP_SYS(open_by_handle_at), EPERM},
    {SCMP_SYS(fanotify_init), EPERM},
    {SCMP_SYS(setuid), EPERM},
    {SCMP_SYS(setgid), EPERM},
    {SCMP_SYS(setreuid), EPERM},
    {SCMP_SYS(setregid), EPERM},
    {SCMP_SYS(setresuid), EPERM},
    {SCMP_SYS(setresgid), EPERM},
    {SCMP_SYS(setgroups), EPERM},
    {SCMP_SYS(bpf), EPERM},
    {SCMP_SYS(perf_event_open), EPERM},
    {SCMP_SYS(userfaultfd), EPERM},
    {SCMP_SYS(keyctl), EPERM},
    {SCMP_SYS(add_key), EPERM},
    {SCMP_SYS(request_key), EPERM},
    {SCMP_SYS(init_module), EPERM},
    {SCMP_SYS(finit_module), EPERM},
    {SCMP_SYS(delete_module), EPERM},
    {SCMP_SYS(kexec_load), EPERM},
    {SCMP_SYS(kexec_file_load), EPERM},
    {SCMP_SYS(reboot), EPERM},
    {SCMP_SYS(swapon), EPERM},
    {SCMP_SYS(swapoff), EPERM},
    {SCMP_SYS(personality), EPERM},
    {SCMP_SYS(acct), EPERM},
    {SCMP_SYS(quotactl), EPERM},
    {SCMP_SYS(settimeofday), EPERM},
    {SCMP_SYS(clock_settime), EPERM},
    {SCMP_SYS(clock_adjtime), EPERM},
    {SCMP_SYS(adjtimex), EPERM},
    {SCMP_SYS(sethostname), EPERM},
    {SCMP_SYS(setdomainname), EPERM},
    {SCMP_SYS(syslog), EPERM},
    {SCMP_SYS(vhangup), EPERM},
    {SCMP_SYS(iopl), EPERM},
    {SCMP_SYS(ioperm), EPERM},
};

static bool refuse_all(scmp_filter_ctx filter)
{
    bool ok = true;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)REFUSED[i].code), REFUSED[i].call,
                              0) == 0 &&
             ok;
    return ok;
}

static bool refuse_when(scmp_filter_ctx filter, int code, int call, struct scmp_arg_cmp condition)
{
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)code), call, 1, &condition) == 0;
}

static struct scmp_arg_cmp differs(unsigned argument, uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_NE, .datum_a = value};
}

static bool refuse_processes(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_thread = {
        .arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = 0};
    return refuse_when(filter, EPERM, SCMP_SYS(clone), no_thread);
}

// A process may signal itself (abort), and limit itself, where 0 is itself.
static bool refuse_others(scmp_filter_ctx filter, int self)
{
    return refuse_when(filter, EPERM, SCMP_SYS(kill), differs(0, (uint64_t)self)) &&
           refuse_when(filter, EPERM, SCMP_SYS(tgkill), differs(0, (uint64_t)self)) &&
           refuse_when(filter, EPERM, SCMP_SYS(prlimit64), differs(0, 0));
}

// All families except AF_INET and AF_INET6, a rule each: one rule cannot test an argument twice.
// Unix sockets reach the machine's programs, whatever network access is allowed.
static bool refuse_families(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp below = {.arg = 0, .op = SCMP_CMP_LT, .datum_a = AF_INET};
    const struct scmp_arg_cmp above = {.arg = 0, .op = SCMP_CMP_GT, .datum_a = AF_INET6};
    bool ok = refuse_when(filter, EACCES, SCMP_SYS(socket), below) &&
              refuse_when(filter, EACCES, SCMP_SYS(socket), above);
    for (uint64_t family = AF_INET + 1; ok && family < AF_INET6; family++)
        ok = refuse_when(filter, EACCES, SCMP_SYS(socket),
                         (struct scmp_arg_cmp){.arg = 0, .op = SCMP_CMP_EQ, .datum_a = family});
    return ok;
}

static bool refuse_sockets(scmp_filter_ctx filter, bool network)
{
    if (network)
        return refuse_families(filter);
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(connect), 0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(bind), 0) == 0;
}

bool jail_calls(bool network, int self)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter && refuse_all(filter) && refuse_processes(filter) &&
              refuse_others(filter, self) && refuse_sockets(filter, network) &&
              seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}
