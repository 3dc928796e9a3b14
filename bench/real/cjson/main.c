// Builds, prints, parses, searches and changes JSON documents.
#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

static cJSON* make_person(const char* text, uint32_t* seed) {
  char name[40];
  cJSON* person = cJSON_CreateObject();
  sprintf(name, "%.*s", 5 + (int)(next_random(seed) % 30), text);
  cJSON_AddStringToObject(person, "name", name);
  cJSON_AddNumberToObject(person, "id", next_random(seed));
  cJSON_AddNumberToObject(person, "score", (next_random(seed) % 100000) / 64.0);
  cJSON_AddBoolToObject(person, "active", next_random(seed) & 1);
  cJSON_AddNullToObject(person, "parent");
  cJSON* tags = cJSON_AddArrayToObject(person, "tags");
  for (uint32_t i = next_random(seed) % 6; i > 0; --i) {
    sprintf(name, "%.8s \"%u\"\n", text + i * 11, i);
    cJSON_AddItemToArray(tags, cJSON_CreateString(name));
  }
  cJSON* address = cJSON_AddObjectToObject(person, "address");
  sprintf(name, "%.20s", text + 50);
  cJSON_AddStringToObject(address, "street", name);
  cJSON_AddNumberToObject(address, "number", next_random(seed) % 300);
  return person;
}

static double total(const cJSON* people) {
  double sum = 0;
  const cJSON* person;
  cJSON_ArrayForEach(person, people) {
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(person, "active"))) continue;
    sum += cJSON_GetObjectItem(person, "SCORE")->valuedouble;
    sum += cJSON_GetArraySize(cJSON_GetObjectItem(person, "tags"));
    sum += cJSON_GetObjectItem(cJSON_GetObjectItem(person, "address"), "number")->valueint;
  }
  return sum;
}

int main(void) {
  enum { kText = 20000 };
  char* text = allocate(kText);
  make_text(text, kText, 9);
  uint32_t seed = 21;
  cJSON* people = cJSON_CreateArray();
  for (int i = 0; i < WORK; ++i)
    cJSON_AddItemToArray(people, make_person(text + next_random(&seed) % (kText - 200), &seed));
  for (int round = 0; round < 4; ++round) {
    char* printed = round & 1 ? cJSON_Print(people) : cJSON_PrintUnformatted(people);
    cJSON* again = cJSON_Parse(printed);
    expect(again != NULL, "not parsed");
    expect(cJSON_Compare(people, again, 1), "another document came back");
    printf("%u bytes, %016llx, %.6f\n", (unsigned)strlen(printed),
           (unsigned long long)digest(kDigest, printed, strlen(printed)), total(again));
    cJSON_Delete(people);
    free(printed);
    people = again;
    for (int i = 0; i < 20; ++i) cJSON_DeleteItemFromArray(people, i * 3);
  }
  return 0;
}
