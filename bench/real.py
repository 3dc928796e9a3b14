#!/usr/bin/env python3
"""Times real programs on Tappet and on any other interpreters, in one interleaved run.

Their sources come from Debian and npm (nothing of them is in this repository), are compiled once
into build/bench-real, and do a job of about a second; drivers and scripts are in bench/real. Each
is also compiled for this machine, and who prints anything else fails.
"""

import dataclasses
import hashlib
import pathlib

import harness
from archives import CACHE, Debian, Npm, unpack
from toolchain import WASM, compile_wasm, native_output

HERE = pathlib.Path(__file__).resolve().parent / "real"

# Two features that compilers use by default and every peer knows; and room for recursion.
FLAGS = ["-msign-ext", "-mbulk-memory", "-mnontrapping-fptoint"]
LINK = ["-Wl,-z,stack-size=1048576"]


@dataclasses.dataclass(frozen=True)
class Program:
    origin: object
    sources: list  # patterns within the folder `part` of the archive
    work: int  # the driver's WORK
    part: str = ""
    flags: tuple = ()
    include: tuple = ("",)  # folders of headers within `part`


EMSCRIPTEN = Debian("emscripten", "emscripten_3.1.6~dfsg.orig.tar.xz",
                    "0a91953cc63b118b9553649de48a2d0731e668690b1f5f0189468fe892fa2c1a")

PROGRAMS = {
    "coremark": Program(
        EMSCRIPTEN, ["core_*.c", "!core_portme.c"], 3_000, part="tests/third_party/coremark",
        flags=("-DTOTAL_DATA_SIZE=2000", "-include", "port.h")),
    "sqlite": Program(
        Npm("better-sqlite3", "11.10.0",
            "71e2d66a44dafc35649ff82742cf4908557fc31841108d19703b74b7065c0293"),
        ["sqlite3.c"], 12_000, part="deps/sqlite3",
        flags=("-DSQLITE_OS_OTHER=1", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION",
               "-DSQLITE_TEMP_STORE=3")),
    "lua": Program(
        Debian("lua5.4", "lua5.4_5.4.4.orig.tar.gz",
               "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61"),
        ["l*.c", "!lua.c", "!luac.c", "!linit.c", "!liolib.c", "!loslib.c", "!loadlib.c",
         "!ldblib.c", "!lcorolib.c"], 30, part="src",
        flags=("-DLUAI_THROW(L,c)=abort()", "-DLUAI_TRY(L,c,a)={a}", "-Dluai_jmpbuf=int",
               "-Dluai_makeseed(L)=7u", "-Dl_randomizePivot()=3u", "-D_WASI_EMULATED_SIGNAL")),
    "quickjs": Program(
        Npm("react-native-quickjs", "0.0.2",
            "845e1edc2d04c3d506b9a6f1965d7dfb626fdc453d2ba575e8107410960cc190"),
        ["*.c"], 40, part="cpp/engine", flags=("-DEMSCRIPTEN", '-DCONFIG_VERSION="2021"')),
    "zlib": Program(
        Debian("zlib", "zlib_1.2.13.dfsg.orig.tar.bz2",
               "71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1"),
        ["adler32.c", "compress.c", "crc32.c", "deflate.c", "inf*.c", "trees.c", "uncompr.c",
         "zutil.c", "!infback.c"], 700_000),
    "bzip2": Program(
        Debian("bzip2", "bzip2_1.0.8.orig.tar.gz",
               "ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269"),
        ["blocksort.c", "bzlib.c", "compress.c", "crctable.c", "decompress.c", "huffman.c",
         "randtable.c"], 900_000, flags=("-DBZ_NO_STDIO",)),
    "brotli": Program(
        Debian("brotli", "brotli_1.0.9.orig.tar.gz",
               "f9e8d81d0405ba66d181529af42a3354f838c939095ff99930da6aa9cdf6fe46"),
        ["common/*.c", "dec/*.c", "enc/*.c"], 700_000, part="c", include=("include",)),
    "lz4": Program(
        Debian("lz4", "lz4_1.9.4.orig.tar.gz",
               "0b0e3aa07c8c063ddf40b082bdf7e37a1562bda40a0ff5272957f3e987e0e54b"),
        ["lz4.c", "lz4hc.c"], 1_200_000, part="lib"),
    "zstd": Program(
        Debian("libzstd", "libzstd_1.5.4+dfsg2.orig.tar.xz",
               "8cf4bbb65e77ec348d052c8d6230eba66d435bddf64c8b5be2fcb16880c19953"),
        ["common/*.c", "compress/*.c", "decompress/*.c"], 1_500_000, part="lib",
        flags=("-DZSTD_DISABLE_ASM",)),
    "lzma": Program(EMSCRIPTEN, ["LzFind.c", "LzmaDec.c", "LzmaEnc.c"], 400_000,
                    part="tests/third_party/lzma", flags=("-D_7ZIP_ST",)),
    "xxhash": Program(
        Debian("xxhash", "xxhash_0.8.1.orig.tar.gz",
               "3bb6b7d6f30c591dd65aaaff1c8b7a5b94d81687998ca9400082c739a690436c"),
        ["xxhash.c"], 10),
    "cmark": Program(
        Debian("cmark", "cmark_0.30.2.orig.tar.gz",
               "6c7d2bcaea1433d977d8fed0b55b71c9d045a7cdf616e3cd2dce9007da753db3"),
        ["*.c", "!main.c"], 1_300_000, part="src"),
    "cjson": Program(
        Debian("cjson", "cjson_1.7.15.orig.tar.gz",
               "5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2"),
        ["cJSON.c"], 4_000),
    "lodepng": Program(
        Debian("lodepng", "lodepng_0.0~git20220618.b4ed2cd.orig.tar.gz",
               "05f77ea901f980025056b80baca482fef6cbdf9551af0dd40b65013feecbca95"),
        ["lodepng.cpp"], 320, flags=("-xc",)),
    "box2d": Program(EMSCRIPTEN, ["Box2D/**/*.cpp"], 450, part="tests/third_party/box2d",
                     flags=("-fno-exceptions", "-fno-rtti", "-include", "port.h")),
    "picosat": Program(
        Debian("picosat", "picosat_965.orig.tar.gz",
               "15169b4f28ba8f628f353f6f75a100845cdef4a2244f101a02b6e5a26e46a754"),
        ["picosat.c"], 9, flags=("-DNGETRUSAGE", "-DNALARM")),
}


def matching(folder, patterns):
    """What the patterns name, less what those that begin with ! name."""
    files = set()
    for pattern in patterns:
        if pattern[0] == "!":
            files.difference_update(folder.glob(pattern[1:]))
        else:
            files.update(folder.glob(pattern))
    return sorted(files)


def recipe(program, own):
    """Changes whenever anything does that the module is made of."""
    parts = [repr((program, WASM, FLAGS, LINK))]
    parts += [path.read_text(encoding="utf-8") for path in own]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def compiler_flags(name, program, sources):
    flags = [f"-DWORK={program.work}", "-w", f"-I{HERE / name}", f"-I{HERE}", *program.flags]
    return flags + [f"-I{sources / part}" for part in program.include]


def place(name, program, own):
    """Where in the cache the program's outputs go, without their suffix."""
    (CACHE / "modules").mkdir(parents=True, exist_ok=True)
    return CACHE / "modules" / f"{name}-{recipe(program, own)}"


def build(name, _):
    program = PROGRAMS[name]
    own = sorted([*HERE.glob("job.*"), *(HERE / name).iterdir()])
    base = place(name, program, own)
    module, answer = base.with_suffix(".wasm"), base.with_suffix(".txt")
    if module.exists() and answer.exists():
        return module, answer.read_text(encoding="utf-8")
    sources = unpack(program.origin, program.part)
    flags = compiler_flags(name, program, sources)
    files = [path for path in own if path.suffix in (".c", ".cpp")]
    files += matching(sources, program.sources)
    compile_wasm(files, [*FLAGS, *LINK, *flags], module)
    expected = native_output(files, flags, base)
    answer.write_text(expected, encoding="utf-8")
    return module, expected


def build_idle(name, main):
    """A program's whole code with a `main` that leaves it alone."""
    program = PROGRAMS[name]
    own = sorted([main, *(path for path in (HERE / name).iterdir() if path.stem != "main")])
    module = place(f"{name}-idle", program, own).with_suffix(".wasm")
    if not module.exists():
        sources = unpack(program.origin, program.part)
        files = [path for path in own if path.suffix in (".c", ".cpp")]
        compile_wasm([*files, *matching(sources, program.sources)],
                     [*FLAGS, *LINK, "-Wl,--no-gc-sections", "-Wl,--strip-all",
                      *compiler_flags(name, program, sources)], module)
    return module


if __name__ == "__main__":
    harness.main(__doc__, PROGRAMS, build)
