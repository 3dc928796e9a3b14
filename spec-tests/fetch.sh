#!/bin/sh
# Gets the official test suites at the commits that expected/ was written for.
#
# usage: fetch.sh FOLDER      makes FOLDER/{core,threads,component-model}
set -eu
base=${TAPPET_SPEC_REPOSITORIES:-https://github.com/WebAssembly}
to=$1
mkdir -p "$to"

# suite NAME REPOSITORY COMMIT FOLDER-IN-IT: what is there already stays.
suite() {
  [ -e "$to/$1" ] && return
  scratch=$to/.$1
  rm -rf "$scratch"
  git init -q "$scratch"
  git -C "$scratch" fetch -q --depth 1 "$base/$2" "$3"
  git -C "$scratch" checkout -q FETCH_HEAD
  if [ "$4" = . ]; then
    rm -rf "$scratch/.git"
    mv "$scratch" "$to/$1"
  else
    mv "$scratch/$4" "$to/$1"
    rm -rf "$scratch"
  fi
}

suite core testsuite 193e551ff22663995b1ac95dc62344133669e14b .
suite threads threads 979d0fcb994439423d63b2f0a8a7332d6285dd84 test/core/threads
suite component-model component-model 6d281648bd89caf885a7adcc412962dbd2425ab7 test
