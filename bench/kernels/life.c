// Neighbours in a grid of bytes: Conway's game.
#include "kernel.h"

enum { kSide = 128 };
static uint8_t grids[2][kSide + 2][kSide + 2];

uint32_t run(uint32_t n) {
  uint32_t seed = 3;
  for (int y = 1; y <= kSide; ++y) {
    for (int x = 1; x <= kSide; ++x) grids[0][y][x] = (seed = seed * 69069 + 1) >> 30 == 0;
  }
  for (uint32_t turn = 0; turn < n; ++turn) {
    uint8_t(*from)[kSide + 2] = grids[turn % 2], (*to)[kSide + 2] = grids[1 - turn % 2];
    for (int y = 1; y <= kSide; ++y) {
      for (int x = 1; x <= kSide; ++x) {
        const int around = from[y - 1][x - 1] + from[y - 1][x] + from[y - 1][x + 1] + from[y][x - 1] +
                           from[y][x + 1] + from[y + 1][x - 1] + from[y + 1][x] + from[y + 1][x + 1];
        to[y][x] = around == 3 || (around == 2 && from[y][x]);
      }
    }
  }
  uint32_t alive = 0;
  for (int y = 1; y <= kSide; ++y) {
    for (int x = 1; x <= kSide; ++x) alive = alive * 3 + grids[n % 2][y][x];
  }
  return alive;
}
