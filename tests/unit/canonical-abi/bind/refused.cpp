// Mistakes in the declaration of a host interface. With MISTAKES, each is refused by the compiler
// with a sentence that CMakeLists.txt expects, in this order; without, all of this compiles.
#include <map>

#include "canonical-abi/bind/interface.h"
#include "canonical-abi/bind/stream.h"

namespace tappet::component {

struct Undescribed {};
struct Thing {
  int size() const { return 0; }
};
enum class Colour { kRed, kGreen };

HostInterfaceDef ok() {
  return HostInterface<>("a:b/c", version("1.0.0"))
      .func("f", {"x"}, [](int32_t x) { return x; })
      .resource<Thing>("thing")
      .method("size", &Thing::size);
}
#ifdef MISTAKES
TAPPET_ENUM(Colour, kGreen, kRed)
constexpr auto kColours = tappet_enumerators(Tag<Colour>{});
struct Shade : std::variant<Unit, bool> {
  using variant::variant;
};
TAPPET_VARIANT(Shade, "none", "dark", "light")
constexpr auto kShades = tappet_cases(Tag<Shade>{});
HostInterfaceDef parameter() {
  return HostInterface<>("a:b/c", version("1.0.0")).func("f", {"x"}, [](Undescribed) {});
}
HostInterfaceDef unnamed_parameter() {
  return HostInterface<>("a:b/c", version("1.0.0")).func("f", [](int32_t x) { return x; });
}
HostInterfaceDef method_of_another() {
  return HostInterface<>("a:b/c", version("1.0.0"))
      .resource<Thing>("thing")
      .method("f", [](Undescribed&) {});
}
HostInterfaceDef changeable_value() {
  return HostInterface<>("a:b/c", version("1.0.0")).func("f", {"x"}, [](std::string&) {});
}
HostInterfaceDef generic() {
  return HostInterface<>("a:b/c", version("1.0.0")).func("f", {"x"}, [](auto) {});
}
HostInterfaceDef lost_method() {
  return HostInterface<>("a:b/c", version("1.0.0")).static_func("f", [] {});
}
HostInterfaceDef stream_of_characters() {
  return HostInterface<>("a:b/c", version("1.0.0"))
      .func("f", {"s"}, [](const StreamReader<char32_t>&) {});
}
HostInterfaceDef nested_result() {
  return HostInterface<>("a:b/c", version("1.0.0")).func("f", [] {
    return std::vector<std::optional<std::map<int, int>>>();
  });
}
#endif

}  // namespace tappet::component
