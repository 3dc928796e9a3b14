#!/bin/sh
# Requests per second of node's own http module and of a component in C, by turns, with the ratio.
# usage: bench/http/components.sh TAPPET [ROUNDS] [SECONDS]
set -eu
tappet=$1
rounds=${2:-3}
seconds=${3:-4}
log=$(mktemp)
node -e 'require("http").createServer((_, r) => r.end("Hello from node\n")).listen(0, "127.0.0.1",
  function () { console.log(this.address().port) })' > "$log.node" & node=$!
"$tappet" serve --addr 127.0.0.1:0 build/examples/c.wasm 2> "$log" & guest=$!
trap 'kill $node $guest; rm -f "$log" "$log.node"' EXIT
until [ -s "$log" ] && [ -s "$log.node" ]; do sleep 0.1; done
url=$(sed -n '1s/^Serving HTTP on //p' "$log")
rate() { wrk -t1 -c32 -d"${seconds}s" "$1" | awk '/^Requests\/sec/ { print $2 }'; }
for _ in $(seq "$rounds"); do
  a=$(rate "http://127.0.0.1:$(cat "$log.node")/")
  b=$(rate "$url")
  echo "$a $b" | awk '{ printf "node %.0f  C component %.0f  ratio %.2f\n", $1, $2, $2 / $1 }'
done
