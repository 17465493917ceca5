// SPDX-License-Identifier: MIT
//
// What "<" may begin: an address or raw HTML.
#include "html_tags.h"
#include "inlines.h"

#include "base/ascii.h"

static bool is_alphanumeric(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

// ---- addresses ----

// "scheme:" followed by no white space.
static bool is_mail_address(struct slice text)
{
    enum { SHORTEST = 2, LONGEST = 32 };
    size_t colon = 0;
    while (
        colon < text.len && colon <= LONGEST &&
        (is_alphanumeric(text.ptr[colon]) || (text.ptr[colon] && strchr("+.-", text.ptr[colon]))))
        colon++;
    if (!text.len || !ascii_is_letter(text.ptr[0]) || colon < SHORTEST || colon > LONGEST ||
        colon == text.len || text.ptr[colon] != ':')
        return false;
    for (size_t i = colon; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == '<')
            return false;
    return true;
}

// "a.b-c", each part of 63 characters at most.
static bool is_domain(struct slice text)
{
    enum { LONGEST = 63 };
    struct slice part;
    bool any = text.len > 0;
    if (slice_ends_with(text, SLICE(".")))
        return false;
    while (slice_split(&text, '.', &part)) {
        if (!part.len || part.len > LONGEST || part.ptr[0] == '-' || part.ptr[part.len - 1] == '-')
            return false;
        for (size_t i = 0; i < part.len; i++)
            if (!is_alphanumeric(part.ptr[i]) && part.ptr[i] != '-')
                return false;
    }
    return any;
}

static bool is_mail(struct slice text)
{
    size_t at = slice_find_byte(text, '@', 0);
    if (at == SIZE_MAX || !at)
        return false;
    for (size_t i = 0; i < at; i++)
        if (!is_alphanumeric(text.ptr[i]) &&
            !(text.ptr[i] && strchr(".!#$%&'*+/=?^_`{|}~-", text.ptr[i])))
            return false;
    return is_domain(slice_sub(text, at + 1, text.len));
}

static bool autolink(struct inlines *s, bool silent)
{
    size_t end = s->at + 1;
    while (end < s->end && s->source.ptr[end] != '<' && s->source.ptr[end] != '>')
        end++;
    if (end >= s->end || s->source.ptr[end] != '>')
        return false;
    struct slice text = slice_sub(s->source, s->at + 1, end);
    bool mail = !is_mail_address(text);
    if (mail && !is_mail(text))
        return false;
    struct slice url = mail ? ARENA_JOIN(s->tree->arena, SLICE("mailto:"), text) : text;
    url = link_normalise(s->tree, url);
    if (!links_allowed(s->tree->options, url))
        return false;
    if (!silent)
        inlines_push_node(s, tree_new_autolink(s->tree, url, link_shown(s->tree, text)));
    s->at = end + 1;
    return true;
}

// ---- HTML ----

// The offset after the first `end` from `from` on; 0: there is none.
static size_t end_after(struct slice text, struct slice end, size_t from)
{
    size_t at = slice_find(text, end, from);
    return at == SIZE_MAX ? 0 : at + end.len;
}

// Before CommonMark 0.31: no "--" within, and no ">" or "->" first.
static size_t old_comment(struct slice html)
{
    size_t at = slice_find(html, SLICE("--"), 4);
    if (slice_starts_with(html, SLICE("<!---->")))
        return 7;
    bool wrong = html.len > 4 &&
                 (html.ptr[4] == '>' || slice_starts_with(slice_sub(html, 4, 6), SLICE("->")));
    // The comment's last character must not be a dash.
    if (wrong || at == SIZE_MAX || at == 4 || at + 2 >= html.len || html.ptr[at + 2] != '>')
        return 0;
    return at + 3;
}

// "<!NAME text>", in capitals.
static size_t old_declaration(const struct inlines *s, struct slice html)
{
    size_t at = 2;
    if (s->at >= s->last_angle)
        return 0;
    while (at < html.len && html.ptr[at] >= 'A' && html.ptr[at] <= 'Z')
        at++;
    return at > 2 && at < html.len && html_is_space_at(html, at) ? end_after(html, SLICE(">"), at)
                                                                 : 0;
}

// If it does not end, later ones do not either, and are not searched for again.
static size_t old_special(struct inlines *s, struct slice html)
{
    size_t length;
    if (slice_starts_with(html, SLICE("<!--")))
        return old_comment(html);
    if (html.ptr[1] == '?') {
        length = s->no_instruction ? 0 : end_after(html, SLICE("?>"), 2);
        s->no_instruction = !length;
    } else if (slice_starts_with(html, SLICE("<![CDATA["))) {
        length = s->no_cdata ? 0 : end_after(html, SLICE("]]>"), 9);
        s->no_cdata = !length;
    } else {
        length = old_declaration(s, html);
    }
    return length;
}

// A comment, instruction, declaration or CDATA. If one does not end, later ones are skipped.
static size_t special(struct inlines *s, struct slice html)
{
    struct slice end;
    size_t from;
    if (slice_starts_with(html, SLICE("<!-->")) || slice_starts_with(html, SLICE("<!--->")))
        return html.ptr[4] == '>' ? 5 : 6;
    if (slice_starts_with(html, SLICE("<!--")))
        end = SLICE("-->"), from = 4;
    else if (slice_starts_with(html, SLICE("<![CDATA[")))
        end = SLICE("]]>"), from = 9;
    else if (html.ptr[1] == '?')
        end = SLICE("?>"), from = 2;
    else if (ascii_is_letter(html.ptr[2]))
        end = SLICE(">"), from = 3;
    else
        return 0;
    size_t length = s->no_special_html ? 0 : end_after(html, end, from);
    s->no_special_html = !length;
    return length;
}

static size_t html_length(struct inlines *s, struct slice html)
{
    char c = html.ptr[1];
    if (c != '!' && c != '?')
        return s->at < s->last_angle ? html_tag(html) : 0;
    return s->tree->options->version >= 14 ? special(s, html) : old_special(s, html);
}

static bool html(struct inlines *s, bool silent)
{
    struct slice rest = slice_sub(s->source, s->at, s->source.len);
    size_t length = s->tree->options->html && s->at + 2 < s->end ? html_length(s, rest) : 0;
    if (!length)
        return false;
    struct slice text = slice_sub(rest, 0, length);
    if (!silent) {
        cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_HTML_INLINE, s->tree->mem);
        if (node)
            tree_set_literal(s->tree, node, text);
        inlines_push_node(s, node);
        s->links += html_opens_link(text);
        s->links -= html_closes_link(text);
    }
    s->at += length;
    return true;
}

bool inline_angle(struct inlines *s, bool silent)
{
    return autolink(s, silent) || html(s, silent);
}
