"""Makes values.golden: random types and values, and what definitions.py of the component model makes
of them.

usage: python3 values.py /path/to/component-model/design/mvp/canonical-abi > values.golden

A line `T type` says the type of those that follow. Types are in prefix notation:
  bool u8 .. s64 f32 f64 char string own; list T; fixed N T; map K V; tuple N T..; record N T..;
  variant N (T or _)..; enum N; option T; result (T or _) (T or _); flags N
Values follow their type: numbers, floats as their bits, strings as UTF-8 in hexadecimal or -, the
items of a list behind their number, cases as an index and perhaps a payload, flags as a number.

  V DESTINATION SOURCE VALUE | MEMORY | FLAT | HEAP
    the value, its strings encoded as SOURCE, stored at address 1024 (MEMORY: those bytes, then what
    was allocated from 4096 on), and lowered to core values (FLAT, and HEAP, what was allocated); or
    - - where those are more than 16. More than 24 bytes are given as their number and FNV-1a hash.
  M ENCODING BYTES | VALUE    loaded from these bytes at 1024; VALUE may be `trap`
  F ENCODING FLAT | VALUE     lifted from these core values
  H DESTINATION SOURCE NTH POINTER VALUE | MEMORY
    the value stored at 1024 where the Nth call of realloc, from 0, does nothing but return POINTER:
    all bytes from 1024 on, or `trap`

In M and F the memory holds the letter `a` from 4096 to 8191, and 65536 bytes in all.
"""
import random
import struct
import sys
sys.path.insert(0, sys.argv[1])
import definitions as d

VECTORS = 20_000
PER_TYPE = 16
ADDRESS, HEAP, HEAP_END = 1024, 4096, 8192
MAX_FLAT = 16
d.DETERMINISTIC_PROFILE = True  # NaNs have no payload
random.seed(20261122)

PRIMITIVES = ['bool', 'u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64', 'f32', 'f64', 'char', 'string']
KEYS = [name for name in PRIMITIVES if name not in ('f32', 'f64')]
ENCODINGS = ['utf8', 'utf16', 'latin1+utf16']
CHARS = 'ab z0\u00e9\u00ff\u0100\u0416\u2603\ud7ff\ue000\uffff\U0001f370\U0010ffff\0\x7f\x80'


# Handles stand for themselves: tables are not what is tested here.
def lift_own(cx, i, t):
  d.trap_if(i == 0)
  return i + 1000

d.lift_own = lift_own
d.lower_own = lambda cx, rep, t: rep - 1000


class Context:
  """A LiftLowerContext whose realloc is that of libc.wat."""
  def __init__(self, encoding, filled=False, hostile=None):
    self.calls = 0
    self.hostile = hostile
    self.opts = d.LiftLowerOptions(encoding, d.MemInst(bytearray(65536), 'i32'), None)
    self.next = HEAP
    if filled:
      self.opts.memory.bytes[HEAP:HEAP_END] = b'a' * (HEAP_END - HEAP)

  def reallocate(self, old, old_size, align, size):
    self.calls += 1
    if self.hostile and self.calls == self.hostile[0] + 1:
      return self.hostile[1]
    to = (self.next + 7) & -8
    self.next = to + size
    n = min(old_size, size)
    assert self.next < 65536
    self.opts.memory.bytes[to:to + n] = self.opts.memory.bytes[old:old + n]
    return to

  def allocate(self, align, size):
    return self.reallocate(0, 0, align, size)

  def heap(self):
    return bytes(self.opts.memory.bytes[HEAP:self.next])


class Type:
  """A type of definitions.py, its text, and how to make and to write values."""
  def __init__(self, name, node, parts=(), count=0):
    self.name, self.node, self.parts, self.count = name, node, parts, count

  def text(self):
    words = [self.name]
    if self.name in ('fixed', 'tuple', 'record', 'variant', 'enum', 'flags'):
      words.append(str(self.count))
    return ' '.join(words + [part.text() if part else '_' for part in self.parts])


def node(t):
  return t.node if t else None


def labelled(parts, make):
  return [make(f'l{i}', node(part)) for i, part in enumerate(parts)]


def primitive(name):
  return Type(name, getattr(d, {'bool': 'Bool', 'char': 'Char', 'string': 'String'}.get(name, name.upper()) + 'Type')())


def random_type(depth):
  if depth == 0 or random.random() < 0.25:
    return Type('own', d.OwnType(None)) if random.random() < 0.05 else primitive(random.choice(PRIMITIVES))
  part = lambda: random_type(depth - 1)
  maybe = lambda: part() if random.random() < 0.7 else None
  kind = random.choice(['list', 'list', 'fixed', 'map', 'tuple', 'record', 'record', 'variant', 'variant', 'enum',
                        'option', 'result', 'flags'])
  if kind == 'list':
    parts = [part()]
    return Type(kind, d.ListType(parts[0].node), parts)
  if kind == 'fixed':
    parts, count = [part()], random.randint(1, 5)
    return Type(kind, d.ListType(parts[0].node, count), parts, count)
  if kind == 'map':
    parts = [primitive(random.choice(KEYS)), part()]
    return Type(kind, d.MapType(parts[0].node, parts[1].node), parts)
  if kind == 'option':
    parts = [part()]
    return Type(kind, d.OptionType(parts[0].node), parts)
  if kind == 'result':
    parts = [maybe(), maybe()]
    return Type(kind, d.ResultType(*map(node, parts)), parts)
  if kind in ('enum', 'flags'):
    count = random.randint(1, 32) if kind == 'flags' else random.choice([1, 2, 9, 256, 257])
    return Type(kind, getattr(d, kind.capitalize() + 'Type')([f'l{i}' for i in range(count)]), (), count)
  parts = [maybe() if kind == 'variant' else part() for _ in range(random.randint(1, 5))]
  if kind == 'tuple':
    return Type(kind, d.TupleType([p.node for p in parts]), parts, len(parts))
  if kind == 'record':
    return Type(kind, d.RecordType(labelled(parts, d.FieldType)), parts, len(parts))
  return Type(kind, d.VariantType(labelled(parts, d.CaseType)), parts, len(parts))


def case_labels(t):
  return {'option': ['none', 'some'], 'result': ['ok', 'error']}.get(t.name, [f'l{i}' for i in range(t.count)])


def case_types(t):
  return {'option': [None] + list(t.parts), 'enum': [None] * t.count}.get(t.name, t.parts)


def field_labels(t):
  return [str(i) if t.name in ('tuple', 'map') else f'l{i}' for i in range(len(t.parts))]


def bits_of(name):
  return int(name[1:])


def random_int(name):
  bits, signed = bits_of(name), name[0] == 's'
  low = -(1 << (bits - 1)) if signed else 0
  high = low + (1 << bits) - 1
  return random.choice([low, high, random.randint(low, high), random.randint(0, 100)])


def random_float(name):
  bits = bits_of(name)
  one_of = [0, 1 << (bits - 1), random.getrandbits(bits), random.getrandbits(bits)]
  if bits == 32:
    return d.canonicalize_nan32(d.core_f32_reinterpret_i32(random.choice(one_of + [0x7f800000, 0x7fc00000])))
  return d.canonicalize_nan64(d.core_f64_reinterpret_i64(random.choice(one_of + [0x7ff << 52, 0x7ff8 << 48])))


def code_units(text, encoding):
  if encoding == 'utf8':
    return len(text.encode('utf-8'))
  wide = len(text.encode('utf-16-le')) // 2
  if encoding == 'utf16':
    return wide
  return len(text) if all(ord(c) < 256 for c in text) else wide | d.utf16_tag('i32')


def random_value(t, source):
  more = lambda part: random_value(part, source)
  if t.name == 'bool':
    return random.random() < 0.5
  if t.name == 'char':
    return random.choice(CHARS)
  if t.name == 'string':
    chars = CHARS[:random.choice([4, 7, len(CHARS)])]
    text = ''.join(random.choice(chars) for _ in range(random.choice([0, 1, 2, 5, 9])))
    return (text, source, code_units(text, source))
  if t.name == 'own':
    return random.randint(1001, 100_000)
  if t.name in ('f32', 'f64'):
    return random_float(t.name)
  if t.name in PRIMITIVES:
    return random_int(t.name)
  if t.name == 'list':
    return [more(t.parts[0]) for _ in range(random.choice([0, 1, 2, 3]))]
  if t.name == 'fixed':
    return [more(t.parts[0]) for _ in range(t.count)]
  if t.name == 'map':
    return [{str(i): more(part) for i, part in enumerate(t.parts)} for _ in range(random.choice([0, 1, 2]))]
  if t.name in ('tuple', 'record'):
    return {label: more(part) for label, part in zip(field_labels(t), t.parts)}
  if t.name == 'flags':
    return {f'l{i}': random.random() < 0.5 for i in range(t.count)}
  cases = case_types(t)
  i = random.randrange(len(cases))
  return {case_labels(t)[i]: more(cases[i]) if cases[i] else None}


def words(t, v):
  """A value's text."""
  if t.name == 'bool':
    return [str(int(v))]
  if t.name == 'char':
    return [str(ord(v))]
  if t.name == 'string':
    return [v[0].encode('utf-8').hex() or '-']
  if t.name == 'f32':
    return [f'{d.core_i32_reinterpret_f32(v):x}']
  if t.name == 'f64':
    return [f'{d.core_i64_reinterpret_f64(v):x}']
  if t.name in PRIMITIVES or t.name == 'own':
    return [str(v)]
  if t.name in ('list', 'fixed'):
    return ([str(len(v))] if t.name == 'list' else []) + [w for e in v for w in words(t.parts[0], e)]
  if t.name == 'map':
    return [str(len(v))] + [w for e in v for i, part in enumerate(t.parts) for w in words(part, e[str(i)])]
  if t.name in ('tuple', 'record'):
    return [w for label, part in zip(field_labels(t), t.parts) for w in words(part, v[label])]
  if t.name == 'flags':
    return [str(sum(1 << i for i in range(t.count) if v[f'l{i}']))]
  [label] = v.keys()
  i = case_labels(t).index(label)
  payload = case_types(t)[i]
  return [str(i)] + (words(payload, v[label]) if payload else [])


def digest(data):
  if len(data) <= 24:
    return data.hex() or '-'
  h = 0xcbf29ce484222325
  for byte in data:
    h = (h ^ byte) * 0x100000001b3 % (1 << 64)
  return f'{len(data)}:{h:016x}'


def flat_types(t, cx):
  return d.flatten_type(t.node, cx.opts)


def to_bits(kind, v):
  return {'f32': d.core_i32_reinterpret_f32, 'f64': d.core_i64_reinterpret_f64}.get(kind, int)(v)


def size_of(t):
  return d.elem_size(t.node, 'i32')


def value_vector(t):
  to, source = random.choice(ENCODINGS), random.choice(ENCODINGS)
  v = random_value(t, source)
  cx = Context(to)
  d.store(cx, v, t.node, ADDRESS)
  memory = digest(bytes(cx.opts.memory.bytes[ADDRESS:ADDRESS + size_of(t)]) + cx.heap())
  assert words(t, d.load(cx, ADDRESS, t.node)) == words(t, v)
  cx = Context(to)
  kinds = flat_types(t, cx)
  flat, heap = '-', '-'
  if len(kinds) <= MAX_FLAT:
    lowered = d.lower_flat(cx, v, t.node)
    flat = ' '.join(f'{to_bits(kind, x):x}' for kind, x in zip(kinds, lowered))
    heap = digest(cx.heap())
    assert words(t, d.lift_flat(cx, d.CoreValueIter(lowered), t.node)) == words(t, v)
  return f'V {to} {source} {" ".join(words(t, v))} | {memory} | {flat} | {heap}'


def hostile_vector(t):
  to, source = random.choice(ENCODINGS), random.choice(ENCODINGS)
  v = random_value(t, source)
  tame = Context(to)
  d.store(tame, v, t.node, ADDRESS)
  if tame.calls == 0:
    return None
  pointer = random.choice([0, 1, 4, 0xffffffff, 65536, 65535, 65528, 65520, ADDRESS, ADDRESS + 1, HEAP, HEAP + 1,
                           tame.next + 8, tame.next + 9])
  nth = random.randrange(tame.calls)
  cx = Context(to, hostile=(nth, pointer))
  try:
    d.store(cx, v, t.node, ADDRESS)
    result = digest(bytes(cx.opts.memory.bytes[ADDRESS:]))
  except d.Trap:
    result = 'trap'
  return f'H {to} {source} {nth} {pointer} {" ".join(words(t, v))} | {result}'


def random_word(bits):
  """What may be a pointer, a length, a case, a character, or nothing of it."""
  word = random.choice([random.randrange(4), random.randrange(HEAP, HEAP_END) & -8, random.randrange(HEAP, HEAP_END),
                        random.randrange(70_000), random.choice(['a', '\ud7ff', '\ue000', '\U0010ffff']),
                        0xd800, 0x110000, random.getrandbits(bits)])
  return (ord(word) if isinstance(word, str) else word) % (1 << bits)


def outcome(t, lift):
  try:
    return ' '.join(words(t, lift()))
  except d.Trap:
    return 'trap'
  except UnicodeDecodeError:
    assert False  # definitions.py makes a trap of it


def memory_vector(t):
  encoding = random.choice(ENCODINGS)
  cx = Context(encoding, filled=True)
  data = b''.join(struct.pack('<I', random_word(random.choice([3, 32, 32]))) for _ in range(size_of(t) // 4 + 1))
  data = data[:size_of(t)]
  cx.opts.memory.bytes[ADDRESS:ADDRESS + len(data)] = data
  return f'M {encoding} {data.hex()} | {outcome(t, lambda: d.load(cx, ADDRESS, t.node))}'


def flat_vector(t):
  encoding = random.choice(ENCODINGS)
  cx = Context(encoding, filled=True)
  kinds = flat_types(t, cx)
  bits = [random_word(int(kind[1:])) for kind in kinds]
  from_bits = {'f32': d.core_f32_reinterpret_i32, 'f64': d.core_f64_reinterpret_i64}
  values = [from_bits.get(kind, int)(b) for kind, b in zip(kinds, bits)]
  result = outcome(t, lambda: d.lift_flat(cx, d.CoreValueIter(values), t.node))
  return f'F {encoding} {" ".join(f"{b:x}" for b in bits)} | {result}'


def vectors(t):
  yield from (value_vector(t) for _ in range(PER_TYPE - 6))
  if size_of(t) <= 256:
    yield from (memory_vector(t) for _ in range(3))
  if len(flat_types(t, Context('utf8'))) <= MAX_FLAT:
    yield from (flat_vector(t) for _ in range(3))
  hostile = (hostile_vector(t) for _ in range(20 if t.name == 'string' else 3))
  yield from (line for line in hostile if line)


made = 0
while made < VECTORS:
  t = random_type(random.choice([0, 1, 2, 2, 3]))
  if size_of(t) > HEAP - ADDRESS:
    continue
  print('T', t.text())
  for line in vectors(t):
    if len(line) > 1000:
      continue
    print(line)
    made += 1
