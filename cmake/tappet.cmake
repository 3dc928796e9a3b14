# Compiler flags, and the helpers that every folder's CMakeLists.txt is written with.

find_package(fmt REQUIRED)

add_library(tappet_flags INTERFACE)
target_include_directories(tappet_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tappet_flags INTERFACE
  -Wall -Wextra -Wnon-virtual-dtor -Werror
  -fno-strict-aliasing -fno-math-errno -ffp-contract=off)
target_link_libraries(tappet_flags INTERFACE fmt::fmt)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(tappet_flags INTERFACE -Wshadow -Wno-gnu-statement-expression)
  target_link_options(tappet_flags INTERFACE -fuse-ld=lld)
else()
  # GCC 12's flow-based warnings err often on std::variant, std::function and intrusive lists.
  target_compile_options(tappet_flags INTERFACE
    -Wno-dangling-pointer -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
# The addresses of handlers are some fifty thousand relocations: packed, they take a megabyte less,
# in the file and in every process. A C library that does not know them (glibc does since 2.36)
# refuses to start the program.
if(NOT CMAKE_CROSSCOMPILING)
  include(CheckCXXSourceRuns)
  set(packed -Wl,-z,pack-relative-relocs)
  get_target_property(CMAKE_REQUIRED_LINK_OPTIONS tappet_flags INTERFACE_LINK_OPTIONS)
  list(FILTER CMAKE_REQUIRED_LINK_OPTIONS INCLUDE REGEX "^-")
  list(APPEND CMAKE_REQUIRED_LINK_OPTIONS ${packed} -Wl,--fatal-warnings)
  check_cxx_source_runs("int x; int* volatile p = &x; int main() { return *p; }"
    TAPPET_PACKED_RELOCATIONS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(TAPPET_PACKED_RELOCATIONS)
    target_link_options(tappet_flags INTERFACE ${packed})
  endif()
endif()
if(TAPPET_SANITIZE STREQUAL "thread")
  target_compile_options(tappet_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(tappet_flags INTERFACE -fsanitize=thread)
elseif(TAPPET_SANITIZE)
  target_compile_options(tappet_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tappet_flags INTERFACE -fsanitize=address,undefined)
endif()
if(TAPPET_FUZZ)
  target_compile_options(tappet_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(TAPPET_TIDY)
  find_program(CLANG_TIDY NAMES clang-tidy-22 clang-tidy REQUIRED)
  set(TAPPET_TIDY_COMMAND ${CLANG_TIDY} --quiet)
endif()

# tappet_library(interp/base SOURCES a.cpp b.cpp DEPS interp/opcodes ... LIBS OpenSSL::SSL)
# makes target tappet_interp_base; header-only folders become interface libraries.
function(tappet_target_name out folder)
  string(REGEX REPLACE "[/-]" "_" name ${folder})
  set(${out} tappet_${name} PARENT_SCOPE)
endfunction()

function(tappet_library folder)
  cmake_parse_arguments(ARG "NO_TIDY" "" "SOURCES;DEPS;LIBS" ${ARGN})
  tappet_target_name(target ${folder})
  set(libs tappet_flags ${ARG_LIBS})
  foreach(dep ${ARG_DEPS})
    tappet_target_name(dep_target ${dep})
    list(APPEND libs ${dep_target})
  endforeach()
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_link_libraries(${target} PUBLIC ${libs})
    if(TAPPET_TIDY AND NOT ARG_NO_TIDY)
      set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${TAPPET_TIDY_COMMAND}")
    endif()
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${libs})
  endif()
endfunction()

# What `./dev tsan` builds.
if(NOT TARGET threads)
  add_custom_target(threads)
endif()

# tappet_test(name [THREADS] SOURCES ... DEPS ...): one GoogleTest binary; its tests appear in CTest as
# <preset>.<Suite>.<Test>. THREADS: they are about more than one.
function(tappet_test name)
  cmake_parse_arguments(ARG "THREADS" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set(libs tappet_flags GTest::gtest_main GTest::gmock ${ARG_LIBS})
  foreach(dep ${ARG_DEPS})
    tappet_target_name(dep_target ${dep})
    list(APPEND libs ${dep_target})
  endforeach()
  target_link_libraries(${name} PRIVATE ${libs})
  get_filename_component(preset ${CMAKE_BINARY_DIR} NAME)
  # Not a list, which does not get through to the tests; -L looks for parts of a label.
  set(label unit)
  if(ARG_THREADS)
    set(label unit-threads)
    add_dependencies(threads ${name})
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${preset}." DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 120 LABELS ${label})
endfunction()

# tappet_fuzzer(name SOURCES ... DEPS ...): a libFuzzer binary under the fuzz preset; in the others
# the same source is a test that replays the committed corpus tests/fuzz/corpus/<name>.
function(tappet_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  set(libs tappet_flags ${ARG_LIBS})
  foreach(dep ${ARG_DEPS})
    tappet_target_name(dep_target ${dep})
    list(APPEND libs ${dep_target})
  endforeach()
  if(TAPPET_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    get_filename_component(preset ${CMAKE_BINARY_DIR} NAME)
    add_test(NAME ${preset}.fuzz_corpus.${name}
      COMMAND ${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(${preset}.fuzz_corpus.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
  target_link_libraries(${name} PRIVATE ${libs})
endfunction()
