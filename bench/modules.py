"""Takes wasm binaries apart as far as load.py needs: a component's core modules, and modules made
larger by repeating their functions."""

HEADER = b"\0asm\1\0\0\0"
FUNCTION, CODE = 3, 10  # ids of sections (core spec 5.5.2)
COMPONENT_CORE_MODULE = 1
# A module whose _start does nothing: what loading costs when there is nothing to load.
EMPTY = (HEADER + b"\x01\x04\x01\x60\x00\x00" + b"\x03\x02\x01\x00"
         + b"\x07\x0a\x01\x06_start\x00\x00" + b"\x0a\x04\x01\x02\x00\x0b")


def read_leb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def leb(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def sections(binary):
    """Pairs of id and contents."""
    at = len(HEADER)
    while at < len(binary):
        size, start = read_leb(binary, at + 1)
        yield binary[at], binary[start:start + size]
        at = start + size


def largest_core_module(component):
    return max((contents for id, contents in sections(component) if id == COMPONENT_CORE_MODULE),
               key=len)


def repeat_functions(module, times):
    """The module with all its functions that many times: nobody calls the copies, but they are as
    valid, and as much work to load, as the originals."""
    out = [HEADER]
    for id, contents in sections(module):
        if id in (FUNCTION, CODE):
            count, start = read_leb(contents, 0)
            contents = leb(count * times) + contents[start:] * times
        out += [bytes([id]), leb(len(contents)), contents]
    return b"".join(out)
