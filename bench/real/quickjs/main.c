// Runs scripts that use the language's classes, closures, regular expressions, JSON, maps, arrays
// and numbers.
#include <quickjs.h>
#include <stdio.h>

#include "job.h"

static const char kScript[] = {
#embed "jobs.js"
    , 0};

static JSValue print(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  (void)self;
  for (int i = 0; i < count; ++i) {
    const char* text = JS_ToCString(context, values[i]);
    puts(text == NULL ? "?" : text);
    JS_FreeCString(context, text);
  }
  return JS_UNDEFINED;
}

int main(void) {
  JSRuntime* runtime = JS_NewRuntime();
  expect(runtime != NULL, "no runtime");
  JSContext* context = JS_NewContext(runtime);
  JSValue global = JS_GetGlobalObject(context);
  JS_SetPropertyStr(context, global, "print", JS_NewCFunction(context, print, "print", 1));
  JS_SetPropertyStr(context, global, "N", JS_NewInt32(context, WORK));
  JSValue done = JS_Eval(context, kScript, sizeof kScript - 1, "jobs.js", JS_EVAL_TYPE_GLOBAL);
  if (JS_IsException(done)) expect(0, JS_ToCString(context, JS_GetException(context)));
  JS_FreeValue(context, global);
  JS_FreeContext(context);
  JS_FreeRuntime(runtime);
  return 0;
}
