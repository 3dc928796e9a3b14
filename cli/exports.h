// What a component is good for, told to those who expected something else of it.
#pragma once

#include <string>

#include "canonical-abi/linker/instance_pre.h"

namespace tappet::cli {

// "; it exports wasi:cli/run@0.2.12 and f: `tappet run` runs it". Names no more than a few exports.
std::string exports_instead(const component::InstancePre& pre);

}  // namespace tappet::cli
