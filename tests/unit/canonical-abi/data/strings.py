"""Makes strings.golden: how definitions.py of the component model stores strings.

usage: python3 strings.py /path/to/component-model/design/mvp/canonical-abi > strings.golden

Each line: source encoding (`tagged`: latin1+utf16, and UTF-16 whether it has to be or not),
destination encoding, the text in UTF-8, every call of realloc, and what was stored. The allocator is that of libc.wat.
"""
import sys
sys.path.insert(0, sys.argv[1])
import definitions as d

class Memory(d.MemInst):
  pass

TEXTS = ['', 'a', 'hello', '\u00e9', 'h\u00e9llo', '\u00ff\u00ff\u00ff', '\u0100', 'abc\u0100', '\u2603',
         'ab\u00e9\u2603', '\U0001f370', 'x\U0001f370y', '\ud7ff\ue000', 'ascii \u00e4 \u2028 \U0010ffff end',
         '\u00e9' * 9 + '\u0416', '0123456789abcdef' * 3]

def units(text, encoding):
  if encoding == 'utf8':
    return len(text.encode('utf-8'))
  if encoding == 'utf16':
    return len(text.encode('utf-16-le')) // 2
  if encoding != 'tagged' and all(ord(c) < 256 for c in text):
    return len(text)
  return len(text.encode('utf-16-le')) // 2 | d.utf16_tag('i32')

class Context:
  def __init__(self, encoding):
    self.opts = d.LiftLowerOptions(encoding, Memory(bytearray(65536), 'i32'), None)
    self.calls = []
    self.next = 4096
  def reallocate(self, old, old_size, align, size):
    self.calls.append((old, old_size, align, size))
    to = (self.next + 7) & -8
    self.next = to + size
    n = min(old_size, size)
    self.opts.memory.bytes[to:to + n] = self.opts.memory.bytes[old:old + n]
    return to
  def allocate(self, align, size):
    return self.reallocate(0, 0, align, size)

for src in ['utf8', 'utf16', 'latin1+utf16', 'tagged']:
  for dst in ['utf8', 'utf16', 'latin1+utf16']:
    for text in TEXTS:
      cx = Context(dst)
      ptr, tagged = d.store_string_into_range(cx, (text, 'latin1+utf16' if src == 'tagged' else src, units(text, src)))
      wide = dst == 'utf16' or (dst != 'utf8' and tagged & d.utf16_tag('i32'))
      size = (tagged & ~d.utf16_tag('i32')) * (2 if wide else 1)
      calls = ';'.join(','.join(map(str, c)) for c in cx.calls)
      stored = bytes(cx.opts.memory.bytes[ptr:ptr + size]).hex()
      print(src, dst, text.encode('utf-8').hex() or '-', calls, ptr, tagged, stored or '-')
