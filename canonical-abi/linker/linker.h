// Linking components to what the host offers.
//
//   Linker linker(engine);
//   TAPPET_TRY(linker.define(wall_clock()));
//   std::shared_ptr<const InstancePre> pre = TAPPET_TRY(linker.link(component));
//   // per request, on any thread:
//   ComponentStore store(engine);
//   Instantiation instantiation(pre, store);
//   if (instantiation.run() == Outcome::kReturned) {
//     Task task(store, instantiation.instance().function(handle->ref), args);
#pragma once

#include <memory>

#include "canonical-abi/linker/composition.h"
#include "canonical-abi/linker/host_interfaces.h"
#include "canonical-abi/linker/instance_pre.h"
#include "interp/engine.h"

namespace tappet::component {

struct LinkOptions {
  // Imports that the host does not have are satisfied by functions that trap, and by resource types
  // of which there are no values: for components that import what they never call.
  bool unknown_imports_trap = false;
  // definitions.py lets a component and the components in it call each other ("donut wrapping").
  // The official tests expect such calls to trap, for now, as the reference runtime does.
  bool calls_between_relatives = false;
};

// Neither copies nor moves. define() and link() are for one thread at a time; what link() returns
// depends on nothing but itself.
class Linker {
 public:
  explicit Linker(Engine engine, LinkOptions options = {});
  Linker(const Linker&) = delete;
  Linker& operator=(const Linker&) = delete;

  // Offers an interface to components: to those that import exactly that version, and to those that
  // import another of its track, unless a greater one of the track is defined (version.h). Errors:
  // as of HostInterfaces::define.
  Result<> define(std::shared_ptr<const HostInterfaceDef> def) {
    return hosts_->define(std::move(def));
  }
  Result<> define(HostInterfaceDef def) {
    return define(std::make_shared<const HostInterfaceDef>(std::move(def)));
  }

  // `component` was loaded with the engine's registry (else kUsage), and so were the components of
  // the links, whose exports satisfy imports of `component` and of each other before the host's
  // interfaces do: by name, or by another version of the name's track. They live in the same store,
  // one instance of each that is needed for an instance of `component`; a component does not import
  // from itself.
  //
  // Errors: kUnlinkable, naming everything that is missing or of another type, for components that
  // import from each other in a circle, for an import that several could satisfy equally well, and
  // for a link that nothing needs; kUnsupported for a component that uses what is not executed;
  // kLimit.
  Result<std::shared_ptr<const InstancePre>> link(std::shared_ptr<const Component> component,
                                                  std::span<const Link> links = {}) const;

 private:
  Engine engine_;
  LinkOptions options_;
  std::shared_ptr<HostInterfaces> hosts_;
};

}  // namespace tappet::component
