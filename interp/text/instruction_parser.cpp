#include "interp/text/instruction_parser.h"

#include <fmt/format.h>

#include "interp/base/printable.h"

namespace tappet::text {
namespace {

constexpr uint8_t kEndCode = 0x0b;
constexpr uint8_t kElseCode = 0x05;

const std::unordered_map<std::string_view, Opcode>& mnemonics() {
  static const auto table = [] {
    std::unordered_map<std::string_view, Opcode> made;
    // Of rows that share a mnemonic the first counts; immediates choose between them.
    for (const OpcodeRow& row : kOpcodes) made.try_emplace(row.mnemonic, row.opcode);
    return made;
  }();
  return table;
}

bool is_block(Opcode opcode) {
  return opcode == Opcode::kBlock || opcode == Opcode::kLoop || opcode == Opcode::kIf ||
         opcode == Opcode::kTryTable;
}

}  // namespace

void ModuleParser::expression(Writer& out) {
  FunctionScope scope;
  InstructionParser(*this, scope, false).run(false);
  out.append(scope.body);
  out.byte(kEndCode);
}

void ModuleParser::folded_expression(Writer& out) {
  FunctionScope scope;
  InstructionParser(*this, scope, false).run(true);
  out.append(scope.body);
  out.byte(kEndCode);
}

void ModuleParser::function_body(FunctionScope& scope) {
  Writer body;
  locals(scope, body);
  const auto code = static_cast<uint32_t>(body.size());
  InstructionParser(*this, scope, true).run(false);
  for (auto& [position, value] : scope.hints) position += code;
  body.append(scope.body);
  body.byte(kEndCode);
  code_.body.sized(ByteSpan(body.bytes()));
  ++code_.count;
}

void InstructionParser::run(bool single) {
  if (single && in_.kind() != TokenKind::kOpen) return in_.unexpected("an instruction");
  do {
    switch (in_.kind()) {
      case TokenKind::kOpen:
        open();
        break;
      case TokenKind::kClose:
        if (frames_.empty()) return;
        close();
        break;
      case TokenKind::kAtom:
        flat();
        break;
      case TokenKind::kEnd:
        if (!frames_.empty() && in_.ok())
          in_.fail_at(frames_.back().offset, "unclosed block or instruction");
        return;
      default:
        in_.unexpected("an instruction");
    }
  } while (in_.ok() && !(single && frames_.empty()));
}

void InstructionParser::open() {
  using Kind = Frame::Kind;
  Frame* top = frames_.empty() ? nullptr : &frames_.back();
  if (top != nullptr && top->kind == Kind::kFoldedIf && in_.accept_open("then")) {
    emit(top->pending, top->hint);
    push_label(top->label);
    top->kind = Kind::kThen;
    return;
  }
  if (top != nullptr && top->kind == Kind::kAfterThen && in_.accept_open("else")) {
    scope_.body.byte(kElseCode);
    top->kind = Kind::kElse;
    return;
  }
  if (top != nullptr && (top->kind == Kind::kAfterThen || top->kind == Kind::kAfterElse))
    return in_.unexpected(")");
  const auto hint = branch_hint();
  const uint32_t offset = in_.peek().begin;
  in_.advance();
  const auto opcode = expect_opcode();
  if (!opcode) return;
  if (is_block(*opcode)) return block(*opcode, true, hint);
  if (*opcode == Opcode::kElse || *opcode == Opcode::kEnd)
    return in_.fail_at(offset, "unexpected block keyword");
  Frame frame;
  frame.offset = offset;
  plain(*opcode, frame.pending);
  frame.hint = hint;
  if (hint && *opcode != Opcode::kBrIf)
    in_.fail_at(offset, "@metadata.code.branch_hint annotation: no branch", ErrorKind::kInvalid);
  frames_.push_back(std::move(frame));
}

void InstructionParser::close() {
  using Kind = Frame::Kind;
  Frame& top = frames_.back();
  switch (top.kind) {
    case Kind::kFlatBlock:
    case Kind::kFlatIf:
      return in_.unexpected("end");
    case Kind::kFoldedIf:
      return in_.unexpected("(then");
    case Kind::kThen:
      top.kind = Kind::kAfterThen;
      break;
    case Kind::kElse:
      top.kind = Kind::kAfterElse;
      break;
    case Kind::kFolded:
      emit(top.pending, top.hint);
      frames_.pop_back();
      break;
    default:  // a folded block or if that is complete
      scope_.body.byte(kEndCode);
      pop_label();
      frames_.pop_back();
      break;
  }
  in_.advance();
}

// Inside a folded instruction only folded ones may follow the immediates.
bool InstructionParser::expects_operands() const {
  using Kind = Frame::Kind;
  if (frames_.empty()) return false;
  const Kind kind = frames_.back().kind;
  return kind == Kind::kFolded || kind == Kind::kFoldedIf || kind == Kind::kAfterThen ||
         kind == Kind::kAfterElse;
}

void InstructionParser::flat() {
  if (expects_operands()) return in_.unexpected("( or )");
  const auto hint = branch_hint();
  const uint32_t offset = in_.peek().begin;
  const auto opcode = expect_opcode();
  if (!opcode) return;
  if (hint && *opcode != Opcode::kBrIf && *opcode != Opcode::kIf)
    return in_.fail_at(offset, "@metadata.code.branch_hint annotation: no branch",
                       ErrorKind::kInvalid);
  if (is_block(*opcode)) return block(*opcode, false, hint);
  if (*opcode == Opcode::kElse) return else_();
  if (*opcode == Opcode::kEnd) return end();
  Writer instruction;
  plain(*opcode, instruction);
  emit(instruction, hint);
}

void InstructionParser::block(Opcode opcode, bool folded, std::optional<uint8_t> hint) {
  using Kind = Frame::Kind;
  Frame frame;
  frame.offset = in_.peek().begin;
  frame.hint = hint;
  const bool is_if = opcode == Opcode::kIf;
  block_header(opcode, frame.pending, frame.label);
  if (folded && is_if) {
    frame.kind = Kind::kFoldedIf;
  } else {
    frame.kind = folded ? Kind::kFoldedBlock : is_if ? Kind::kFlatIf : Kind::kFlatBlock;
    emit(frame.pending, hint);
    push_label(frame.label);
  }
  frames_.push_back(std::move(frame));
}

void InstructionParser::block_header(Opcode opcode, Writer& out,
                                     std::optional<std::string>& label) {
  write_opcode(opcode, out);
  label = in_.accept_id();
  module_.block_type(out);
  if (opcode == Opcode::kTryTable) catches(out);
}

// else and end may repeat the block's label.
void InstructionParser::match_label(const Frame& frame) {
  const uint32_t offset = in_.peek().begin;
  const auto id = in_.accept_id();
  if (id && id != frame.label)
    in_.fail_at(offset, fmt::format("mismatching label ${}", printable(*id)));
}

void InstructionParser::else_() {
  if (frames_.empty() || frames_.back().kind != Frame::Kind::kFlatIf)
    return in_.fail("unexpected else");
  match_label(frames_.back());
  frames_.back().kind = Frame::Kind::kFlatBlock;
  scope_.body.byte(kElseCode);
}

void InstructionParser::end() {
  using Kind = Frame::Kind;
  const bool is_flat = !frames_.empty() && (frames_.back().kind == Kind::kFlatBlock ||
                                            frames_.back().kind == Kind::kFlatIf);
  if (!is_flat) return in_.fail("unexpected end");
  match_label(frames_.back());
  scope_.body.byte(kEndCode);
  pop_label();
  frames_.pop_back();
}

void InstructionParser::push_label(const std::optional<std::string>& label) {
  if (label) scope_.label_depths[*label].push_back(static_cast<uint32_t>(scope_.labels.size()));
  scope_.labels.push_back(label);
}

void InstructionParser::pop_label() {
  if (const auto& label = scope_.labels.back()) scope_.label_depths[*label].pop_back();
  scope_.labels.pop_back();
}

std::optional<Opcode> InstructionParser::expect_opcode() {
  if (in_.kind() != TokenKind::kAtom) {
    in_.unexpected("an instruction");
    return std::nullopt;
  }
  const auto found = mnemonics().find(in_.text());
  if (found == mnemonics().end()) {
    in_.fail(fmt::format("unknown operator {}", printable(in_.text())));
    return std::nullopt;
  }
  in_.advance();
  return found->second;
}

void InstructionParser::emit(const Writer& instruction, std::optional<uint8_t> hint) {
  if (hint) scope_.hints.emplace_back(static_cast<uint32_t>(scope_.body.size()), *hint);
  scope_.body.append(instruction);
}

// (@metadata.code.branch_hint "\00") or "\01" in front of if or br_if.
std::optional<uint8_t> InstructionParser::branch_hint() {
  constexpr std::string_view kId = "metadata.code.branch_hint";
  if (!in_function_) return std::nullopt;
  const Annotation* annotation = in_.take_annotation(kId);
  if (annotation == nullptr) return std::nullopt;
  if (in_.take_annotation(kId) != nullptr)
    in_.fail("@metadata.code.branch_hint annotation: duplicate annotation");
  const std::optional<std::string> value = in_.sole_string(*annotation);
  if (!value || value->size() != 1 || static_cast<uint8_t>(value->front()) > 1) {
    in_.fail_at(annotation->offset, "@metadata.code.branch_hint annotation: malformed hint");
    return std::nullopt;
  }
  return static_cast<uint8_t>(value->front());
}

}  // namespace tappet::text
