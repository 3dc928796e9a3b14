// What a script asks of an engine. The runner knows no other way to it, so another engine can run
// the same scripts.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "interp/script/value.h"

namespace tappet::script {

// How an action ended.
struct Outcome {
  enum class Kind : uint8_t {
    kReturned,
    kTrapped,    // message: the trap's
    kExhausted,  // the call stack
    kThrew,      // an exception that nobody caught
    kFailed,     // there is no such export, or the arguments do not fit it
  };
  Kind kind = Kind::kReturned;
  std::vector<ScriptValue> values;
  std::string message;
};

// One engine runs one script; instances and registered names live as long as it does.
class ScriptEngine {
 public:
  // A handle to what instantiate() made.
  using Instance = uint32_t;
  struct NoInstance {
    bool is_unlinkable = false;  // otherwise: instantiation trapped
    std::string message;
  };

  virtual ~ScriptEngine() = default;

  // What load() made, which nobody else looks into.
  using Loaded = std::shared_ptr<const void>;

  // Decodes and validates. Errors tell malformed from invalid modules by their kind.
  virtual Result<Loaded> load(Bytes bytes) = 0;

  // False if the engine stops here: nothing below is called then.
  virtual bool executes() const = 0;

  // Imports are resolved among the registered instances and the module "spectest", which exports
  // print, print_i32, print_i64, print_f32, print_f64, print_i32_f32, print_f64_f64 (functions that
  // take what their name says), global_i32 and global_i64 (666), global_f32 and global_f64 (666.6),
  // table (10 to 20 funcref), table64 (the same with 64-bit indices) and memory (1 to 2 pages);
  // with the feature threads also shared_memory (1 to 2 pages, shared).
  virtual Result<Instance, NoInstance> instantiate(Loaded loaded) = 0;
  virtual void register_instance(const std::string& name, Instance instance) = 0;
  virtual Outcome invoke(Instance instance, const std::string& field,
                         const std::vector<ScriptValue>& arguments) = 0;
  // The value of an exported global.
  virtual Outcome get(Instance instance, const std::string& field) = 0;

  // A new engine, like this one when it was new, to be used on another OS thread. Its first
  // instances are those of `shared`, in order; of their exports it has the shared memories only.
  // Null and why: a memory cannot cross.
  virtual Result<std::unique_ptr<ScriptEngine>> for_thread(std::span<const Instance> shared) = 0;
};

}  // namespace tappet::script
