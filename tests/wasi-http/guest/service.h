// What the service guest answers, by path. Each function answers, or does not on purpose.
#pragma once

#include "guest.h"

typedef struct {
  handle message;
  handle out;
  span path;  // without its first part and the query
  span query;
} request;

typedef struct {
  const char* first;  // part of the path
  void (*answer)(const request* r);
} route;

// The tables of routes, each with an end that has no name.
extern const route kAnswers[];
extern const route kForwards[];
extern const route kReuse[];

// The first value of one of the request's fields; stays valid.
span field_of(const request* r, const char* name);
void say(const request* r, int status);  // what was put
// Ends the program as a failed assertion would, unless the condition holds.
void ensure(int condition, const char* text);
// Answers 200 with fields (which are used up), and gives the body to write.
handle begin(const request* r, handle fields);
