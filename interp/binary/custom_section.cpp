// Custom sections (core spec 5.5.3): kept as ranges, interpreted by whoever wants them.
#include "interp/binary/sections.h"

namespace tappet {

void read_custom_section(Reader& in, DecodeContext& context) {
  CustomSection custom;
  custom.name = in.name();
  custom.begin = context.position(in);
  in.bytes(in.remaining());
  custom.end = context.position(in);
  if (!in.ok() || !context.charge(in, 2 * sizeof custom)) return;
  context.module.customs.push_back(std::move(custom));
}

}  // namespace tappet
