// Compresses text as a server does on the fly (5) and more thoroughly (9), and gets it back.
#include <brotli/decode.h>
#include <brotli/encode.h>

#include "job.h"

static size_t pack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  size_t length = room;
  return BrotliEncoderCompress(level, 20, BROTLI_MODE_TEXT, size, from, &length, to) ? length : 0;
}

static size_t unpack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  (void)level;
  size_t length = room;
  const BrotliDecoderResult done = BrotliDecoderDecompress(size, from, &length, to);
  return done == BROTLI_DECODER_RESULT_SUCCESS ? length : 0;
}

int main(void) {
  const int levels[] = {1, 5, 9};
  return compress_job(pack, unpack, levels, 3, WORK, 1);
}
