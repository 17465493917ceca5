// SPDX-License-Identifier: MIT
//
// A filter that traps sends SIGSYS to the thread that made the call, in the middle of anything: the
// handler may be within malloc, and only writes.
#include "sandbox_report.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

enum { CALLS_MAX = 512, NAME_BYTES = 32, SHOWN_ARGUMENTS = 3 };

static int report = -1;
static char names[CALLS_MAX][NAME_BYTES]; // found beforehand: libseccomp allocates
static atomic_bool told[CALLS_MAX];

// ---- the registers of a call ----

#if defined __x86_64__
static uint64_t argument_of(const ucontext_t *context, int which)
{
    static const int REGISTERS[SHOWN_ARGUMENTS] = {REG_RDI, REG_RSI, REG_RDX};
    return (uint64_t)context->uc_mcontext.gregs[REGISTERS[which]];
}
static bool fail_call(ucontext_t *context)
{
    context->uc_mcontext.gregs[REG_RAX] = -ENOSYS;
    return true;
}
#elif defined __aarch64__
static uint64_t argument_of(const ucontext_t *context, int which)
{
    return context->uc_mcontext.regs[which];
}
static bool fail_call(ucontext_t *context)
{
    context->uc_mcontext.regs[0] = (uint64_t)-ENOSYS;
    return true;
}
#else
static uint64_t argument_of(const ucontext_t *context, int which)
{
    (void)context, (void)which;
    return 0;
}
static bool fail_call(ucontext_t *context)
{
    (void)context;
    return false;
}
#endif

// ---- the report ----

struct line {
    char text[128];
    size_t len;
};

static void add_text(struct line *line, const char *text)
{
    size_t length = strlen(text);
    if (length > sizeof line->text - line->len)
        return;
    memcpy(line->text + line->len, text, length);
    line->len += length;
}

static void add_number(struct line *line, uint64_t number)
{
    char digits[17] = "";
    size_t first = sizeof digits - 1;
    do
        digits[--first] = "0123456789abcdef"[number & 15];
    while (number >>= 4);
    add_text(line, " 0x");
    add_text(line, digits + first);
}

static void on_refusal(int signal, siginfo_t *info, void *state)
{
    struct line line = {.len = 0};
    ucontext_t *context = state;
    int call = info->si_syscall, before = errno;
    (void)signal;
    fail_call(context);
    if (call < 0 || call >= CALLS_MAX || atomic_exchange(&told[call], true))
        return;
    add_text(&line, names[call][0] ? names[call] : "unknown call");
    add_number(&line, (uint64_t)call);
    add_text(&line, ":");
    for (int i = 0; i < SHOWN_ARGUMENTS; i++)
        add_number(&line, argument_of(context, i));
    add_text(&line, "\n");
    if (write(report, line.text, line.len) < 0)
        errno = before;
    errno = before;
}

bool sandbox_report_to(int fd)
{
    struct sigaction action = {.sa_sigaction = on_refusal, .sa_flags = SA_SIGINFO | SA_NODEFER};
    ucontext_t context = {0};
    if (!fail_call(&context))
        return false;
    for (int call = 0; call < CALLS_MAX; call++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);
        if (name)
            snprintf(names[call], sizeof names[call], "%s", name);
        free(name);
    }
    report = fd;
    return sigaction(SIGSYS, &action, NULL) == 0;
}
