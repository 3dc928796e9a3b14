// Small jobs as scripts do them: each prints what came out.
"use strict";

function randomNumbers(seed) {
  return (limit) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed >>> 8) % limit;
  };
}

// Classes, inheritance, closures.
class Shape {
  constructor(x, y) { this.x = x; this.y = y; }
  area() { return 0; }
  moved(dx, dy) { this.x += dx; this.y += dy; return this; }
}
class Circle extends Shape {
  constructor(x, y, r) { super(x, y); this.r = r; }
  area() { return 3 * this.r * this.r; }
}
class Box extends Shape {
  constructor(x, y, w, h) { super(x, y); this.w = w; this.h = h; }
  area() { return this.w * this.h; }
}

function shapes() {
  const random = randomNumbers(3);
  let sum = 0;
  for (let i = 0; i < 250 * N; ++i) {
    const shape = i % 3 ? new Circle(random(100), random(100), random(10))
                        : new Box(random(100), random(100), random(20), random(20));
    sum += shape.moved(1, 2).area() + shape.x;
  }
  return sum;
}

// A tokenizer with a regular expression, and a parser for what it finds.
function expressions() {
  const random = randomNumbers(5);
  const parse = (text) => {
    const tokens = text.match(/\d+|[-+*/()]/g);
    let at = 0;
    const factor = () => {
      const token = tokens[at++];
      if (token !== "(") return Number(token);
      const value = sum();
      ++at;
      return value;
    };
    const product = () => {
      let value = factor();
      while (tokens[at] === "*") { ++at; value = (value * factor()) % 100003; }
      return value;
    };
    const sum = () => {
      let value = product();
      while (tokens[at] === "+" || tokens[at] === "-")
        value = tokens[at++] === "+" ? value + product() : value - product();
      return value;
    };
    return sum();
  };
  const make = (depth) => depth === 0 ? String(random(1000))
    : `(${make(depth - 1)} ${"+-*"[random(3)]} ${make(depth - 1)})`;
  let total = 0;
  for (let i = 0; i < N; ++i) total += parse(make(5));
  return total;
}

// Records go through JSON, array functions and maps.
function records() {
  const random = randomNumbers(7);
  const all = Array.from({ length: 20 * N }, (_, id) =>
    ({ id, name: "name" + random(50), tags: ["a" + random(9), "b" + random(9)], score: random(999) / 8 }));
  const again = JSON.parse(JSON.stringify(all));
  const groups = new Map();
  for (const { name, score, tags: [first] } of again.filter((record) => record.id % 4)) {
    const group = groups.get(name) ?? { count: 0, score: 0, seen: new Set() };
    ++group.count;
    group.score += score;
    group.seen.add(first);
    groups.set(name, group);
  }
  const list = [...groups].sort(([a, x], [b, y]) => y.score - x.score || (a < b ? -1 : 1));
  return list.slice(0, 3).map(([name, { count, score, seen }]) =>
    `${name} ${count} ${score} ${[...seen].sort().join("")}`).join("; ");
}

// Strings are split, changed and joined.
function strings() {
  const random = randomNumbers(9);
  const words = [];
  for (let i = 0; i < 60 * N; ++i) words.push(["lorem", "ipsum", "dolor", "sit"][random(4)] + random(30));
  const text = words.join(" ");
  const count = Object.create(null);
  for (const word of text.split(" ")) count[word] = (count[word] || 0) + 1;
  const changed = text.replace(/(\w)(\d+)/g, (_, letter, digits) => letter.toUpperCase() + digits.length);
  let hash = 0;
  for (let i = 0; i < changed.length; i += 3) hash = (hash * 31 + changed.charCodeAt(i)) | 0;
  return `${Object.keys(count).length} ${changed.length} ${hash}`;
}

// Floats in objects: bodies that attract each other.
function bodies() {
  const all = Array.from({ length: 5 }, (_, i) => ({ x: i * 1.5, y: i * i * 0.5, vx: 0.25, vy: -0.125 * i, m: 1 + i }));
  for (let step = 0; step < 20 * N; ++step) {
    for (const a of all) {
      for (const b of all) {
        if (a === b) continue;
        const dx = b.x - a.x, dy = b.y - a.y, d = dx * dx + dy * dy + 0.5;
        const pull = b.m * 0.001 / (d * Math.sqrt(d));
        a.vx += dx * pull;
        a.vy += dy * pull;
      }
    }
    for (const a of all) { a.x += a.vx * 0.01; a.y += a.vy * 0.01; }
  }
  return all.map(({ x, y }) => x.toFixed(6) + " " + y.toFixed(6)).join(", ");
}

// Typed arrays, generators, exceptions.
function rest() {
  const sieve = new Uint8Array(1500 * N);
  let primes = 0;
  for (let i = 2; i < sieve.length; ++i) {
    if (sieve[i]) continue;
    ++primes;
    for (let j = i * 2; j < sieve.length; j += i) sieve[j] = 1;
  }
  function* fibonacci(limit) {
    let [a, b] = [0, 1];
    for (let i = 0; i < limit; ++i) { yield a; [a, b] = [b, (a + b) % 1000007]; }
  }
  let sum = 0;
  for (const value of fibonacci(40 * N)) sum += value;
  let caught = 0;
  for (let i = 0; i < 5 * N; ++i) {
    try { if (i % 3) throw new RangeError("no " + i); } catch (error) { caught += error.message.length; }
  }
  return `${primes} ${sum} ${caught}`;
}

for (const job of [shapes, expressions, records, strings, bodies, rest]) print(job());
