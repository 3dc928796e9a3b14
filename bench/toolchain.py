"""Compiles C programs: as WASI modules, and for this machine, to know what they must print."""

import shutil
import subprocess

# What every interpreter of today understands beyond WebAssembly 1.0; all run the same module.
WASM = ["--target=wasm32-wasi", "-Wno-deprecated", "-mcpu=mvp"]
TIMEOUT = 300  # seconds, for one run
COMPILE_TIMEOUT = 1800


class CannotBuild(Exception):
    """Why there is no module: a source that cannot be had, a compiler that refuses it."""


def run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise CannotBuild(f"takes more than {COMPILE_TIMEOUT} s") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotBuild(next((line for line in lines if "error" in line), lines[-1]))
    return done.stdout


def find_compiler(name):
    return shutil.which(f"{name}-22") or name


def compiler_version():
    return run([find_compiler("clang"), "--version"]).splitlines()[0]


def compile_c(options, sources, flags, output):
    is_c = "-xc" in flags or all(path.suffix == ".c" for path in sources)
    compiler = "clang" if is_c else "clang++"
    run([find_compiler(compiler), *options, "-O2", *flags, *map(str, sources), "-o", str(output)])


def compile_wasm(sources, flags, module):
    compile_c(WASM, sources, flags, module)


def native_output(sources, flags, program):
    compile_c(["-fwrapv"], sources, [*flags, "-lm"], program)
    return run([str(program)])
