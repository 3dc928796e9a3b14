// Turns a long document in Markdown, with everything that CommonMark has, into HTML.
#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

// Puts a line of `text`, of about `letters`, behind a prefix; returns where the next one begins.
static const char* put_line(char** out, const char* prefix, const char* text, size_t letters,
                            const char* suffix) {
  *out += sprintf(*out, "%s%.*s%s\n", prefix, (int)letters, text, suffix);
  return text + letters;
}

static char* make_document(size_t size) {
  static const char* const kBefore[] = {"# ",
                                        "* item ",
                                        "1. first ",
                                        "> quoted ",
                                        "    code ",
                                        "**",
                                        "[a link](http://example.com/",
                                        "`code` and *",
                                        "![image][",
                                        "- [ ] ",
                                        "<b>",
                                        "## ",
                                        "| ",
                                        "&amp; \\* "};
  static const char* const kAfter[] = {"",          "  ",          "",           "\n> more", "",
                                       "** strong", ") \"after\"", "* emphasis", "]",        "",
                                       "</b>",      " ##",         " |",         " &copy;"};
  char* text = allocate(size);
  make_text(text, size, 3);
  for (size_t i = 0; i < size; ++i)
    if (text[i] == '\n') text[i] = ' ';
  char* document = allocate(2 * size + 4096);
  char* at = document;
  uint32_t seed = 5;
  for (const char* rest = text; rest + 400 < text + size;) {
    const uint32_t dice = next_random(&seed);
    const uint32_t kind = dice % 14;
    if (kind == 8) at += sprintf(at, "[%.6s]: http://example.com/%u 'title'\n\n", rest, dice);
    rest = put_line(&at, kBefore[kind], rest, 20 + (dice >> 4) % 60, kAfter[kind]);
    for (uint32_t lines = (dice >> 12) % 5; lines > 0; --lines)
      rest = put_line(&at, "", rest, 50 + lines * 5, "");
    if (dice & 0x10000) *at++ = '\n';
  }
  *at = '\0';
  free(text);
  return document;
}

int main(void) {
  char* document = make_document(WORK);
  const size_t length = strlen(document);
  const int options[] = {CMARK_OPT_DEFAULT, CMARK_OPT_SMART | CMARK_OPT_UNSAFE,
                         CMARK_OPT_SOURCEPOS};
  for (int i = 0; i < 3; ++i) {
    char* html = cmark_markdown_to_html(document, length, options[i]);
    printf("%u to %u, %016llx\n", (unsigned)length, (unsigned)strlen(html),
           (unsigned long long)digest(kDigest, html, strlen(html)));
    free(html);
  }
  return 0;
}
