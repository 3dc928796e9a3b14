#include "net/loop/signal.h"

#include <uv.h>

namespace tappet::net {

struct Signal::Handle {
  uv_signal_t uv;
  Signal* owner;
};

Result<std::unique_ptr<Signal>> Signal::catch_signal(Loop& loop, int number) {
  std::unique_ptr<Signal> signal(new Signal);
  auto handle = std::make_unique<Handle>();
  if (const int error = uv_signal_init(loop.raw(), &handle->uv); error != 0) {
    return fail(ErrorKind::kResource, std::string("cannot catch signals: ") + uv_strerror(error));
  }
  handle->uv.data = handle.get();
  handle->owner = signal.get();
  signal->handle_ = handle.release();
  const int error = uv_signal_start(
      &signal->handle_->uv,
      [](uv_signal_t* uv, int) {
        Signal* owner = static_cast<Handle*>(uv->data)->owner;
        ++owner->count_;
        owner->ready_.wake_all();
      },
      number);
  if (error != 0) {
    return fail(ErrorKind::kIo,
                "cannot catch signal " + std::to_string(number) + ": " + uv_strerror(error));
  }
  return signal;
}

Signal::~Signal() {
  if (handle_ == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

Poll<uint32_t> Signal::try_take() {
  if (count_ == 0) return kPending;
  return std::exchange(count_, 0);
}

}  // namespace tappet::net
