// libuv knows best, but for the handles that every Loop has: the only ones of their kinds.
#include "net/loop/activity.h"

#include <uv.h>

namespace tappet::net {
namespace {

template <void (*kChange)(uv_handle_t*)>
void change_own(uv_loop_t* loop) {
  uv_walk(
      loop,
      [](uv_handle_t* handle, void*) {
        const uv_handle_type type = uv_handle_get_type(handle);
        if (type == UV_ASYNC || type == UV_TIMER) kChange(handle);
      },
      nullptr);
}

}  // namespace

bool has_activity(Loop& loop) {
  change_own<uv_unref>(loop.raw());
  const bool alive = uv_loop_alive(loop.raw()) != 0;
  change_own<uv_ref>(loop.raw());
  return alive;
}

}  // namespace tappet::net
