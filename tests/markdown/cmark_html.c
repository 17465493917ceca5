// SPDX-License-Identifier: MIT
//
// cmark with its own renderer, for tests that compare ours with it: texts come in, each ended by a
// NUL, and their HTML goes out in the same form.
#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>

static int render_all(char **text, size_t *room)
{
    ssize_t length;
    while ((length = getdelim(text, room, '\0', stdin)) > 0) {
        size_t bytes = (size_t)length - ((*text)[length - 1] == '\0');
        char *html = cmark_markdown_to_html(*text, bytes, CMARK_OPT_UNSAFE);
        if (!html || fputs(html, stdout) < 0 || putchar('\0') == EOF)
            return EXIT_FAILURE;
        free(html);
    }
    return ferror(stdin) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(void)
{
    char *text = NULL;
    size_t room = 0;
    int status = render_all(&text, &room);
    free(text);
    return status;
}
