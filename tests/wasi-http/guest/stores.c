// wasi:config and wasi:keyvalue, run with -S config-var=hello=world,config-var=cookie=a=b and
// -S keyvalue-in-memory-data=hello=world,keyvalue-in-memory-data=count=5.
#include "command.h"

#define KEY(text) text, sizeof(text) - 1

static span at(const result* r, int word) {
  return (span){(const char*)r->word[word], r->word[word + 1]};
}

static void config(void) {
  result r;
  config_get(KEY("hello"), &r);
  expect(!tag(&r, 0) && tag(&r, 1) && is(at(&r, 2), "world"));
  config_get(KEY("cookie"), &r);
  expect(is(at(&r, 2), "a=b"));
  config_get(KEY("absent"), &r);
  expect(!tag(&r, 0) && !tag(&r, 1));
  config_get_all(&r);
  expect(!tag(&r, 0) && r.word[2] == 2);
  const uint32_t* all = (const uint32_t*)r.word[1];
  expect(is((span){(const char*)all[0], all[1]}, "hello") &&
         is((span){(const char*)all[2], all[3]}, "world"));
  expect(is((span){(const char*)all[4], all[5]}, "cookie") &&
         is((span){(const char*)all[6], all[7]}, "a=b"));
}

static void no_config(void) {
  result r;
  config_get(KEY("hello"), &r);
  expect(!tag(&r, 0) && !tag(&r, 1));
  config_get_all(&r);
  expect(!tag(&r, 0) && r.word[2] == 0);
}

static handle bucket(const char* name) {
  result r;
  kv_open(name, span_of(name).len, &r);
  expect(!tag(&r, 0));
  return own_at(&r, 1);
}

static int has_value(handle from, const char* key, const char* value) {
  result r;
  kv_get(from, key, span_of(key).len, &r);
  expect(!tag(&r, 0));
  return value == 0 ? !tag(&r, 1) : tag(&r, 1) && is(at(&r, 2), value);
}

static void set(handle to, const char* key, const char* value) {
  result r;
  kv_set(to, key, span_of(key).len, value, span_of(value).len, &r);
  expect(!tag(&r, 0));
}

static void keyvalue_store(void) {
  result r;
  kv_open(KEY("elsewhere"), &r);
  expect(tag(&r, 0) && tag(&r, 1) == 0);
  const handle b = bucket("");
  expect(has_value(b, "hello", "world") && has_value(b, "absent", 0));
  set(b, "new", "1");
  expect(has_value(bucket("default"), "new", "1"));
  set(b, "new", "2");
  expect(has_value(b, "new", "2"));
  kv_exists(b, KEY("new"), &r);
  expect(!tag(&r, 0) && tag(&r, 1) == 1);
  for (int i = 0; i < 2; ++i) {
    kv_delete(b, KEY("new"), &r);
    expect(!tag(&r, 0));
  }
  kv_exists(b, KEY("new"), &r);
  expect(!tag(&r, 0) && tag(&r, 1) == 0);
}

static void keyvalue_keys(void) {
  result r;
  const handle b = bucket("");
  char key[] = "k0000";
  for (int i = 0; i < 1500; ++i) {
    key[1] = (char)('0' + i / 1000);
    key[2] = (char)('0' + i / 100 % 10);
    key[3] = (char)('0' + i / 10 % 10);
    key[4] = (char)('0' + i % 10);
    set(b, key, "v");
  }
  forget();
  kv_list_keys(b, 0, 0, 0, &r);
  expect(!tag(&r, 0) && tag(&r, 3) == 1);
  uint32_t total = r.word[2];
  while (tag(&r, 3)) {
    const span cursor = at(&r, 4);
    kv_list_keys(b, 1, cursor.at, cursor.len, &r);
    expect(!tag(&r, 0));
    total += r.word[2];
  }
  expect(total == 1502);
  forget();
  kv_old_open("", 0, &r);
  expect(!tag(&r, 0));
  const handle old = own_at(&r, 1);
  kv_old_list_keys(old, 0, 0, &r);
  total = 0;
  for (;;) {
    expect(!tag(&r, 0));
    total += r.word[3];
    if (!tag(&r, 4)) break;
    kv_old_list_keys(old, 1, (int64_t)r.word[6], &r);
  }
  expect(total == 1502);
}

static void keyvalue_atomics(void) {
  result r;
  const handle b = bucket("");
  kv_increment(b, KEY("count"), 3, &r);
  expect(!tag(&r, 0) && r.word[2] == 8);
  kv_increment(b, KEY("count"), -10, &r);
  expect(!tag(&r, 0) && (int32_t)r.word[2] == -2 && (int32_t)r.word[3] == -1);
  expect(has_value(b, "count", "-2"));
  kv_increment(b, KEY("fresh"), 7, &r);
  expect(!tag(&r, 0) && r.word[2] == 7);
  kv_old_increment(b, KEY("fresh"), 1, &r);
  expect(!tag(&r, 0) && r.word[2] == 8);
  kv_old_increment(b, KEY("fresh"), -1, &r);  // the greatest u64
  expect(tag(&r, 0) && tag(&r, 2) == 2);
  kv_increment(b, KEY("hello"), 1, &r);
  expect(tag(&r, 0) && tag(&r, 2) == 2);

  kv_cas_new(b, KEY("hello"), &r);
  handle cas = own_at(&r, 1);
  kv_cas_current(cas, &r);
  expect(tag(&r, 1) && is(at(&r, 2), "world"));
  set(b, "hello", "other");
  kv_swap(cas, "mine", 4, &r);
  expect(tag(&r, 0) && tag(&r, 1) == 1);
  cas = own_at(&r, 2);
  kv_cas_current(cas, &r);
  expect(tag(&r, 1) && is(at(&r, 2), "other"));
  kv_swap(cas, "mine", 4, &r);
  expect(!tag(&r, 0) && has_value(b, "hello", "mine"));
  kv_cas_new(b, KEY("unborn"), &r);
  cas = own_at(&r, 1);
  kv_cas_current(cas, &r);
  expect(!tag(&r, 0) && !tag(&r, 1));
  kv_swap(cas, "x", 1, &r);
  expect(!tag(&r, 0) && has_value(b, "unborn", "x"));
}

static void keyvalue_batch(void) {
  result r;
  const handle b = bucket("");
  const span pairs[] = {{"a", 1}, {"1", 1}, {"b", 1}, {"2", 1}};
  kv_set_many(b, pairs, 2, &r);
  expect(!tag(&r, 0));
  const span keys[] = {{"b", 1}, {"absent", 6}, {"a", 1}};
  kv_get_many(b, keys, 3, &r);
  expect(!tag(&r, 0) && r.word[2] == 3);
  const uint32_t* list = (const uint32_t*)r.word[1];
  expect((list[0] & 0xff) == 1 && is((span){(const char*)list[1], list[2]}, "b"));
  expect(is((span){(const char*)list[3], list[4]}, "2"));
  expect((list[5] & 0xff) == 0 && (list[10] & 0xff) == 1);
  kv_delete_many(b, keys, 3, &r);
  expect(!tag(&r, 0) && has_value(b, "a", 0) && has_value(b, "hello", "world"));
}

static void no_keyvalue(void) {
  result r;
  kv_open("", 0, &r);
  expect(tag(&r, 0) && tag(&r, 1) == 0);
}

// Whatever a guest stores, the host's memory has an end.
static void keyvalue_fills_up(void) {
  static uint8_t value[1 << 19];
  result r;
  const handle b = bucket("");
  char key[] = "k000";
  int stored = 0;
  do {
    key[1] = (char)('0' + stored / 100 % 10);
    key[2] = (char)('0' + stored / 10 % 10);
    key[3] = (char)('0' + stored % 10);
    kv_set(b, key, 4, value, sizeof value, &r);
    ++stored;
  } while (!tag(&r, 0) && stored < 1000);
  expect(tag(&r, 0) && tag(&r, 1) == 2 && stored < 1000);
  kv_set(b, (const char*)value, 5000, value, 1, &r);
  expect(tag(&r, 0) && tag(&r, 1) == 2);
}

const test_case kStores[] = {{"config", config},
                             {"no_config", no_config},
                             {"keyvalue_store", keyvalue_store},
                             {"keyvalue_keys", keyvalue_keys},
                             {"keyvalue_atomics", keyvalue_atomics},
                             {"keyvalue_batch", keyvalue_batch},
                             {"no_keyvalue", no_keyvalue},
                             {"keyvalue_fills_up", keyvalue_fills_up},
                             {0, 0}};
