-- Small jobs as scripts do them: each prints what came out.

local function random_numbers(seed)
  return function(limit)
    seed = (seed * 1664525 + 1013904223) & 0xffffffff
    return (seed >> 8) % limit
  end
end

-- Objects with inheritance through metatables.
local Account = {}
Account.__index = Account
function Account.new(owner) return setmetatable({ owner = owner, balance = 0 }, Account) end
function Account:deposit(amount) self.balance = self.balance + amount end

local Savings = setmetatable({}, { __index = Account })
Savings.__index = Savings
function Savings.new(owner) return setmetatable(Account.new(owner), Savings) end
function Savings:deposit(amount)
  Account.deposit(self, amount)
  self.balance = self.balance + amount // 100
end

local function accounts()
  local random, all = random_numbers(3), {}
  for i = 1, 100 do all[i] = (i % 3 == 0 and Savings or Account).new("owner" .. i) end
  for _ = 1, 1500 * N do
    local account = all[1 + random(100)]
    account:deposit(random(1000))
  end
  local sum = 0
  for _, account in ipairs(all) do sum = sum + account.balance end
  return sum
end

-- Words of a text are counted and sorted.
local function words()
  local random, parts = random_numbers(5), {}
  local syllables = { "ta", "ne", "ri", "so", "lum", "ver", "ka", "dol" }
  for i = 1, 300 * N do
    parts[i] = syllables[1 + random(8)] .. syllables[1 + random(8)] .. (random(4) == 0 and ", " or " ")
  end
  local text, count, list = table.concat(parts), {}, {}
  for word in text:gmatch("%a+") do count[word] = (count[word] or 0) + 1 end
  for word, times in pairs(count) do list[#list + 1] = { word = word, times = times } end
  table.sort(list, function(a, b)
    if a.times ~= b.times then return a.times > b.times end
    return a.word < b.word
  end)
  local upper = text:gsub("(%a)(%a*)", function(first, rest) return first:upper() .. rest end)
  return #list .. " " .. list[1].word .. " " .. list[1].times .. " " .. #upper .. upper:sub(1, 30)
end

-- Trees are built, walked and thrown away: work for the collector.
local function trees()
  local function make(depth)
    if depth == 0 then return {} end
    return { make(depth - 1), make(depth - 1) }
  end
  local function check(tree) return tree[1] and 1 + check(tree[1]) + check(tree[2]) or 1 end
  local sum = 0
  for _ = 1, N do sum = sum + check(make(9)) end
  return sum
end

-- A matrix of floats, then its trace.
local function matrix()
  local size, a, b = 40, {}, {}
  for i = 1, size do
    a[i], b[i] = {}, {}
    for j = 1, size do a[i][j], b[i][j] = i / j, (i - j) / 4 end
  end
  local trace = 0.0
  for _ = 1, N // 6 do
    for i = 1, size do
      local row = a[i]
      for j = 1, size do
        local sum = 0.0
        for k = 1, size do sum = sum + row[k] * b[k][j] end
        if i == j then trace = trace + sum end
      end
    end
  end
  return string.format("%.6f", trace)
end

-- Numbers as text and back; bits.
local function numbers()
  local sum, hash = 0, 7
  for i = 1, 600 * N do
    sum = sum + tonumber(tostring(i * 7)) + #string.format("%05d %x", i, i)
    hash = (hash ~ (hash << 5) ~ (i >> 3)) & 0xffffffff
  end
  return sum .. " " .. hash
end

-- A queue, closures and sorting.
local function queues()
  local random, queue, first = random_numbers(9), {}, 1
  local function add(value) queue[#queue + 1] = function() return value end end
  local sum = 0
  for i = 1, 1000 * N do
    add(random(1000) + i)
    if i % 3 == 0 then
      sum = sum + queue[first]()
      first = first + 1
    end
  end
  local values = {}
  for i = first, #queue do values[#values + 1] = queue[i]() % 1009 end
  table.sort(values)
  return sum .. " " .. values[#values // 2] .. " " .. #table.concat(values, ",")
end

for _, job in ipairs { accounts, words, trees, matrix, numbers, queues } do print(job()) end
