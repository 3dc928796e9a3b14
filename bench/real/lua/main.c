// Runs scripts that use the language's tables, closures, strings, patterns and numbers.
#include <stdio.h>

#include "job.h"
#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

static const char kScript[] = {
#embed "jobs.lua"
};

int main(void) {
  lua_State* state = luaL_newstate();
  expect(state != NULL, "no state");
  const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},
                                {LUA_TABLIBNAME, luaopen_table},
                                {LUA_STRLIBNAME, luaopen_string},
                                {LUA_MATHLIBNAME, luaopen_math}};
  for (int i = 0; i < 4; ++i) luaL_requiref(state, libraries[i].name, libraries[i].func, 1);
  lua_settop(state, 0);
  lua_pushinteger(state, WORK);
  lua_setglobal(state, "N");
  expect(luaL_loadbuffer(state, kScript, sizeof kScript, "jobs.lua") == LUA_OK, "not compiled");
  lua_call(state, 0, 0);
  lua_close(state);
  return 0;
}
