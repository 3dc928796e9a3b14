// Draws pictures, makes PNG files of them and reads those again.
#include "lodepng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

enum { kSide = WORK };

// A gradient, discs and a little noise: something for every filter and for the compressor.
static void draw(uint8_t* picture, uint32_t seed) {
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      uint8_t* pixel = picture + 4 * (y * kSide + x);
      pixel[0] = (uint8_t)(x * 255 / kSide);
      pixel[1] = (uint8_t)(y * 255 / kSide);
      pixel[2] = (uint8_t)((x ^ y) & 0xf0);
      pixel[3] = x > y ? 255 : 128;
      if ((x / 16 + y / 16) % 5 == 0) pixel[2] ^= next_random(&seed) & 7;
    }
  for (int i = 0; i < 40; ++i) {
    const int cx = next_random(&seed) % kSide, cy = next_random(&seed) % kSide;
    const int radius = 5 + next_random(&seed) % 30;
    const uint32_t colour = next_random(&seed);
    for (int y = cy - radius; y <= cy + radius; ++y)
      for (int x = cx - radius; x <= cx + radius; ++x)
        if (x >= 0 && y >= 0 && x < kSide && y < kSide &&
            (x - cx) * (x - cx) + (y - cy) * (y - cy) < radius * radius)
          memcpy(picture + 4 * (y * kSide + x), &colour, 3);
  }
}

static size_t pixel_bytes(LodePNGColorType type, unsigned bits) {
  const size_t samples = type == LCT_RGBA ? 4 : type == LCT_RGB ? 3 : 1;
  return samples * bits / 8;
}

static void round_trip(const uint8_t* picture, LodePNGColorType type, unsigned bits) {
  uint8_t *file, *again;
  size_t size;
  unsigned width, height;
  expect(lodepng_encode_memory(&file, &size, picture, kSide, kSide, type, bits) == 0,
         "not encoded");
  expect(lodepng_decode_memory(&again, &width, &height, file, size, type, bits) == 0,
         "not decoded");
  expect(width == kSide && height == kSide, "another size");
  const size_t bytes = pixel_bytes(type, bits) * kSide * kSide;
  expect(memcmp(picture, again, bytes) == 0, "another picture");
  printf("%u bytes, %016llx\n", (unsigned)size, (unsigned long long)digest(kDigest, file, size));
  free(file);
  free(again);
}

int main(void) {
  uint8_t* picture = allocate(4 * kSide * kSide);
  for (uint32_t seed = 1; seed <= 2; ++seed) {
    draw(picture, seed);
    round_trip(picture, LCT_RGBA, 8);
    round_trip(picture, LCT_RGB, 8);
    round_trip(picture, LCT_GREY, 16);
  }
  return 0;
}
