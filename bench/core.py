#!/usr/bin/env python3
"""Times kernels on Tappet and on any other interpreters, in one interleaved run.

Kernels are C programs that print a digest; each is also compiled for this machine, and who prints
anything else fails.
"""

import pathlib

import harness
from toolchain import compile_wasm, native_output

KERNELS = pathlib.Path(__file__).resolve().parent / "kernels"

# How much work: about half a second. And what a kernel needs beyond WebAssembly 1.0.
WORK = {
    "fib": (38, []), "tak": (1_800, []), "queens": (14, []), "indirect": (20_000_000, []),
    "vm": (25_000, []), "sieve": (100, []), "quicksort": (40, []), "life": (900, []),
    "distance": (180, []), "list": (5_000_000, []), "alloc": (1_200, []), "strings": (160, []),
    "tokens": (1_600, []), "crc32": (1_000, []), "sha256": (200_000, []), "chacha": (500_000, []),
    "hash64": (20_000, []), "siphash": (18_000_000, []), "digits": (110, []), "matmul": (120, []),
    "mandelbrot": (1_300, []), "nbody": (900_000, []), "spectral": (2_200, []),
    "copy": (2_400_000, ["-mbulk-memory"]), "simd_blend": (30_000, ["-msimd128"]),
}


def build(name, folder):
    work, flags = WORK[name]
    sources = [KERNELS / f"{name}.c", KERNELS / "main.c"]
    common = [f"-DN={work}", f"-I{KERNELS}"]
    module = folder / f"{name}.wasm"
    compile_wasm(sources, [*flags, *common], module)
    if "-msimd128" in flags:
        return module, None  # cannot be compiled natively: the answer is Tappet's own
    return module, native_output(sources, common, folder / name)


if __name__ == "__main__":
    harness.main(__doc__, WORK, build)
