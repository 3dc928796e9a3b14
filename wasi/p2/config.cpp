#include "wasi/p2/config.h"

#include "wasi/host/config.h"

namespace tappet::wasi::p2 {

// Never told: what there is is in memory.
struct ConfigError : std::variant<std::string, std::string> {
  using variant::variant;
};
TAPPET_VARIANT(ConfigError, "upstream", "io")

namespace {

using component::HostInterface;
using component::HostInterfaceDef;
using component::version;

template <class T>
using Configured = Result<T, ConfigError>;

HostInterfaceDef config_store(component::Version draft) {
  return HostInterface<Config>("wasi:config/store", draft)
      .func("get", {"key"},
            [](const Config& config, const std::string& key) {
              return Configured<std::optional<std::string>>(config.get(key));
            })
      .func("get-all", [](const Config& config) {
        return Configured<std::vector<std::pair<std::string, std::string>>>(config.all());
      });
}

}  // namespace

std::vector<HostInterfaceDef> config_interfaces() {
  return {config_store(version("0.2.0-draft")), config_store(version("0.2.0-rc.1"))};
}

}  // namespace tappet::wasi::p2
