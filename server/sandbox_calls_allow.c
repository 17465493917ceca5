// SPDX-License-Identifier: MIT
//
// The allow-list, from sandbox_calls.def. Everything else fails with ENOSYS, as on a kernel without
// the call: libraries that try a newer call first then use the older one.
#include "sandbox_calls.h"

#include "sandbox_report.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONDITIONS_MAX = 2 };

struct allowed {
    int call;
    struct scmp_arg_cmp conditions[CONDITIONS_MAX + 1]; // up to the first of op 0
};

#define IS(argument, value)                                                                        \
    {                                                                                              \
        argument, SCMP_CMP_EQ, value, 0                                                            \
    }
#define HAS(argument, bits)                                                                        \
    {                                                                                              \
        argument, SCMP_CMP_MASKED_EQ, bits, bits                                                   \
    }
#define LACKS(argument, bits)                                                                      \
    {                                                                                              \
        argument, SCMP_CMP_MASKED_EQ, bits, 0                                                      \
    }

static bool allow(scmp_filter_ctx filter, const struct allowed *row)
{
    unsigned count = 0;
    while (row->conditions[count].op)
        count++;
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, row->call, count, row->conditions) == 0;
}

// Calls that the processor does not have are left out by libseccomp.
static bool allow_all(scmp_filter_ctx filter)
{
    const uint64_t self = (uint64_t)getpid();
    const struct allowed rows[] = {
#define CALL(name, reason)         {SCMP_SYS(name), {{0}}},
#define CALL_IF(name, reason, ...) {SCMP_SYS(name), {__VA_ARGS__}},
#include "sandbox_calls.def"
#undef CALL
#undef CALL_IF
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!allow(filter, &rows[i]))
            return false;
    return true;
}

// A filter cannot see what clone3 is to make, so it fails, and the C library uses clone. It does
// so with all signals blocked, when a trap would end the process.
static bool refuse_clone3(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

bool sandbox_calls_enter(int report)
{
    bool named = report >= 0 && sandbox_report_to(report);
    scmp_filter_ctx filter = seccomp_init(named ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(ENOSYS));
    // Level 2 is a tree instead of a list; libseccomp before 2.5 has only the list.
    if (filter)
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    bool ok = filter && allow_all(filter) && (!named || refuse_clone3(filter)) &&
              seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

// ---- documentation ----

#undef IS
#undef HAS
#undef LACKS
#define IS(argument, value)   " " #value
#define HAS(argument, bits)   " with " #bits
#define LACKS(argument, bits) " without " #bits

void sandbox_calls_write_reference(struct buffer *out)
{
    static const struct {
        const char *name, *reason;
        const char *conditions[CONDITIONS_MAX + 1];
    } ROWS[] = {
#define CALL(name, reason)         {#name, reason, {0}},
#define CALL_IF(name, reason, ...) {#name, reason, {__VA_ARGS__}},
#include "sandbox_calls.def"
    };
    buffer_append_cstr(out, "| call | for |\n| --- | --- |\n");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        buffer_printf(out, "| `%s`", ROWS[i].name);
        for (size_t k = 0; ROWS[i].conditions[k]; k++)
            buffer_append_cstr(out, ROWS[i].conditions[k]);
        buffer_printf(out, " | %s |\n", ROWS[i].reason);
    }
}
