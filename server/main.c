// SPDX-License-Identifier: MIT
//
// The program: a command, or one of the few other words.
#include "server/commands/line.h"
#include "server/commands/reference.h"
#include "server/commands/schema.h"
#include "store/postgres.h"

#include <brotli/encode.h>
#include <cmark.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <libdeflate.h>
#include <microhttpd.h>
#include <nettle/version.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <seccomp.h>
#include <sqlite3.h>
#include <zstd.h>

static const char *pcre2_version(void)
{
    static char text[64];
    if (pcre2_config_8(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof text)
        pcre2_config_8(PCRE2_CONFIG_VERSION, text);
    return text;
}

static const char *brotli_version(void)
{
    static char text[24];
    uint32_t version = BrotliEncoderVersion(); // 8, 12 and 12 bits
    snprintf(text, sizeof text, "%u.%u.%u", version >> 24, version >> 12 & 0xfff, version & 0xfff);
    return text;
}

static const char *seccomp_version_text(void)
{
    static char text[48];
    const struct scmp_version *version = seccomp_version();
    if (version)
        snprintf(text, sizeof text, "%u.%u.%u", version->major, version->minor, version->micro);
    return text;
}

static const char *nettle_version(void)
{
    static char text[24];
    snprintf(text, sizeof text, "%d.%d", nettle_version_major(), nettle_version_minor());
    return text;
}

// Every library of cmake/Dependencies.cmake; the running version rather than the compiled one, if
// the library can tell.
static int print_version(void)
{
    char postgres[32];
    postgres_library(postgres);
    const struct {
        const char *name, *version;
    } rows[] = {
        {"guidanced", GUIDANCED_VERSION},
        {"libmicrohttpd", MHD_get_version()},
        {"GnuTLS", gnutls_check_version(NULL)},
        {"Nettle", nettle_version()},
        {"cmark", cmark_version_string()},
        {"SQLite", sqlite3_libversion()},
        {"PCRE2", pcre2_version()},
        {"libdeflate", LIBDEFLATE_VERSION_STRING},
        {"zstd", ZSTD_versionString()},
        {"brotli", brotli_version()},
        {"libseccomp", seccomp_version_text()},
        {"libpq", postgres},
        {"libgit2", repository_version()},
        {"zlib", repository_zlib_version()},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        printf("%s %s\n", rows[i].name, rows[i].version ? rows[i].version : "none");
    return COMMAND_OK;
}

static int unknown_command(const char *name)
{
    fprintf(stderr, "guidanced: unknown command: %s\n", name);
    const char *nearest = command_nearest(name);
    if (nearest)
        fprintf(stderr, "did you mean `guidanced %s`?\n", nearest);
    fputs("`guidanced --help` lists the commands.\n", stderr);
    return COMMAND_USAGE;
}

static int print_man(const char *name)
{
    return command_print_man(name ? name : "guidanced", stdout) ? COMMAND_OK
                                                                : unknown_command(name);
}

static int print_completion(const char *shell)
{
    if (command_print_completion(shell, stdout))
        return COMMAND_OK;
    fprintf(stderr, "guidanced --completion: the shells are bash, zsh and fish, not \"%s\"\n",
            shell);
    return COMMAND_USAGE;
}

// --help, --version, --completion SHELL, --man COMMAND, --reference TABLE, --schema NAME.
static int run_word(const char *word, const char *argument)
{
    if (strcmp(word, "--version") == 0)
        return print_version();
    if (strcmp(word, "--man") == 0)
        return print_man(argument);
    if (strcmp(word, "--reference") == 0)
        return reference_print(argument);
    if (strcmp(word, "--schema") == 0)
        return schema_print(argument);
    if (strcmp(word, "--completion") == 0)
        return print_completion(argument ? argument : "bash");
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        command_print_usage(stdout);
        return COMMAND_OK;
    }
    return unknown_command(word);
}

// Whoever reads the output must learn that it is not whole.
static int end_output(int code)
{
    bool flushed = fflush(stdout) == 0;
    if (flushed && !ferror(stdout))
        return code;
    fprintf(stderr, "guidanced: standard output cannot be written: %s\n",
            flushed ? "a part is missing" : strerror(errno));
    return COMMAND_BAD;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        command_print_usage(stderr);
        return COMMAND_USAGE;
    }
    const struct command *command = command_find(argv[1]);
    if (!command)
        return end_output(run_word(argv[1], argc > 2 ? argv[2] : NULL));
    struct repository *repository = NULL;
    struct command_line line = {.arena = arena_create(0, 0), .repository = &repository};
    if (!line.arena) {
        fputs("guidanced: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    bool done = false;
    int code = command_line_parse(command, argc, argv, &line, &done);
    if (!done)
        code = command->run(&line);
    repository_release(repository);
    if (code == COMMAND_OK && arena_failed(line.arena)) {
        fputs("guidanced: out of memory\n", stderr);
        code = COMMAND_FAILED;
    }
    arena_destroy(line.arena);
    return end_output(code);
}
