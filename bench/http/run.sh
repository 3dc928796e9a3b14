#!/bin/sh
# Requests per second of the bare server and of ours, in turns, and the median ratio.
# usage: bench/http/run.sh [BUILD_DIR] [ROUNDS] [SECONDS]
set -eu
build=${1:-build/release}
rounds=${2:-5}
seconds=${3:-4}
"$build/bench_http_bare" 18081 > /dev/null & bare=$!
"$build/bench_http_hello" 18082 > /dev/null & hello=$!
trap 'kill $bare $hello' EXIT
sleep 0.5
rate() { wrk -t1 -c32 -d"${seconds}s" "http://127.0.0.1:$1/" | awk '/^Requests\/sec/ { print $2 }'; }
for round in $(seq "$rounds"); do
  a=$(rate 18081)
  b=$(rate 18082)
  echo "$a $b" | awk '{ printf "bare %.0f  hello %.0f  ratio %.3f\n", $1, $2, $2 / $1 }'
done | tee /dev/stderr | awk '{ print $6 }' | sort -n | awk '{ r[NR] = $1 } END { print "median ratio", r[int((NR + 1) / 2)] }'
