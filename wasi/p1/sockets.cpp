// sock_*, and what reading and writing is on sockets. A call waits until there is something to do,
// unless the descriptor is not to.
#include "wasi/p1/file_values.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi {

using namespace p1;  // NOLINT: the names of errnos

namespace {

// riflags
constexpr uint64_t kPeek = 1 << 0;
constexpr uint64_t kWaitAll = 1 << 1;
// sdflags
constexpr uint64_t kReceiving = 1 << 0;
constexpr uint64_t kSending = 1 << 1;

// What is left of buffers whose first bytes have been dealt with.
std::vector<iovec> rest_of(Buffers buffers, size_t done) {
  std::vector<iovec> rest;
  for (const iovec& buffer : buffers) {
    const size_t skipped = std::min(done, buffer.iov_len);
    done -= skipped;
    if (buffer.iov_len > skipped) {
      rest.push_back({static_cast<uint8_t*>(buffer.iov_base) + skipped, buffer.iov_len - skipped});
    }
  }
  return rest;
}

bool would_wait(const Refusal& refusal) { return refusal.answer == kAgain; }

}  // namespace

Answered<OpenFile*> Preview1::socket(uint64_t fd) {
  OpenFile* const file = TAPPET_TRY(open_file(fd));
  if (!file->socket) return fail(kNotsock);
  return file;
}

// fd, fdflags of the connection, where its number goes.
HostOutcome Preview1::sock_accept(Call& call) {
  const Answered<OpenFile*> file = socket(call.arg(0));
  if (!file.ok()) return call.answer(file.error().answer);
  const Answered<> accepted = accept(call, *(*file)->socket);
  if (accepted.ok() || !would_wait(accepted.error()) || ((*file)->flags & kNonblock) != 0) {
    return call.answer(accepted);
  }
  return wait(call, (*file)->socket->readable(),
              [this](Call& again) { return sock_accept(again); });
}

Answered<> Preview1::accept(Call& call, const Socket& listener) {
  if ((call.arg(1) & ~kNonblock) != 0) return fail(kInval);
  (void)TAPPET_TRY(call.view(call.arg(2), sizeof(uint32_t)));
  if (files_.count() >= Filesystem::kMostOpen) return fail(kMfile);
  OpenFile connection{.socket = TAPPET_TRY(listener.accept())};
  connection.flags = static_cast<uint16_t>(call.arg(1));
  return call.store(call.arg(2), files_.add(std::move(connection)));
}

// fd, iovs, count, riflags, where the number of bytes and where roflags go. No flags are ever told:
// what was received of a stream is never cut off.
HostOutcome Preview1::sock_recv(Call& call) {
  const Answered<OpenFile*> file = socket(call.arg(0));
  if (!file.ok()) return call.answer(file.error().answer);
  if ((call.arg(3) & ~(kPeek | kWaitAll)) != 0) return call.answer(kInval);
  const Answered<> flags = call.store<uint16_t>(call.arg(5), 0);
  if (!flags.ok()) return call.answer(flags);
  return receive(call, {.result_slot = 4, .flags = call.arg(3)});
}

HostOutcome Preview1::receive(Call& call, Receiving state) {
  const Answered<OpenFile*> file = socket(call.arg(0));
  if (!file.ok()) return call.answer(file.error().answer);
  const auto buffers = call.buffers(1, state.result_slot);
  if (!buffers.ok()) return call.answer(buffers.error().answer);
  const bool all = (state.flags & (kPeek | kWaitAll)) == kWaitAll;
  std::vector<iovec> rest = rest_of(*buffers, state.done);
  Answered<size_t> count = size_t{0};
  do {
    count = try_receive(*(*file)->socket, rest, (state.flags & kPeek) != 0);
    if (!count.ok() || *count == 0) break;
    state.done += *count;
    rest = rest_of(rest, *count);
  } while (all && !rest.empty());
  const bool waits = !count.ok() && would_wait(count.error());
  const bool may_wait = ((*file)->flags & kNonblock) == 0 && (all || state.done == 0);
  if (waits && may_wait) {
    return wait(call, (*file)->socket->readable(),
                [this, state](Call& again) { return receive(again, state); });
  }
  if (!count.ok() && state.done == 0) return call.answer(count.error().answer);
  return call.answer(call.store(call.arg(state.result_slot), static_cast<uint32_t>(state.done)));
}

Answered<size_t> Preview1::try_receive(const Socket& socket, Buffers buffers, bool peek) {
  if (buffers.empty()) return size_t{0};
  return TAPPET_TRY(socket.receive(buffers, peek));
}

// fd, iovs, count, siflags, where the number of bytes goes. There are no siflags.
HostOutcome Preview1::sock_send(Call& call) {
  const Answered<OpenFile*> file = socket(call.arg(0));
  if (!file.ok()) return call.answer(file.error().answer);
  if (call.arg(3) != 0) return call.answer(kInval);
  return send(call, 4);
}

HostOutcome Preview1::send(Call& call, size_t result_slot) {
  const Answered<OpenFile*> file = socket(call.arg(0));
  if (!file.ok()) return call.answer(file.error().answer);
  const auto buffers = call.buffers(1, result_slot);
  if (!buffers.ok()) return call.answer(buffers.error().answer);
  const SystemResult<size_t> count = (*file)->socket->send(*buffers);
  if (count.ok()) {
    return call.answer(call.store(call.arg(result_slot), static_cast<uint32_t>(*count)));
  }
  const Refusal refusal = count.error();
  if (!would_wait(refusal) || ((*file)->flags & kNonblock) != 0) return call.answer(refusal.answer);
  return wait(call, (*file)->socket->writable(),
              [this, result_slot](Call& again) { return send(again, result_slot); });
}

// fd, sdflags.
Answered<> Preview1::sock_shutdown(Call& call) {
  const OpenFile* const file = TAPPET_TRY(socket(call.arg(0)));
  const uint64_t how = call.arg(1);
  if (how == 0 || how > (kReceiving | kSending)) return fail(kInval);
  TAPPET_TRY(file->socket->shutdown((how & kReceiving) != 0, (how & kSending) != 0));
  return {};
}

}  // namespace tappet::wasi
