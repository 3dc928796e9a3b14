// malloc and free: trees that grow and go.
#include <stdlib.h>

#include "kernel.h"

typedef struct Node {
  struct Node *left, *right;
  uint32_t key;
} Node;

static Node* insert(Node* node, uint32_t key) {
  if (node == NULL) {
    node = malloc(sizeof *node + key % 40);
    if (node == NULL) abort();
    node->left = node->right = NULL;
    node->key = key;
  } else if (key < node->key) {
    node->left = insert(node->left, key);
  } else {
    node->right = insert(node->right, key);
  }
  return node;
}

static uint32_t destroy(Node* node) {
  if (node == NULL) return 1;
  const uint32_t digest = destroy(node->left) * 3 + destroy(node->right) + node->key;
  free(node);
  return digest;
}

uint32_t run(uint32_t n) {
  uint32_t seed = 11, digest = 0;
  while (n--) {
    Node* root = NULL;
    for (int i = 0; i < 1000; ++i) root = insert(root, (seed = seed * 1664525 + 1013904223) >> 8);
    digest ^= destroy(root);
  }
  return digest;
}
