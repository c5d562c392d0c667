-- One decision on one key's window, or a merge of admissions that a worker made without Redis. Nothing runs between
-- its lines, and the only clock is Redis' own, so the count is exact for any number of workers and hosts.
--
-- KEYS[1]  the window's string: a header, then a ring of entries in the order of their instants
-- ARGV     1 the number of Redis' present run, 2 limit, 3 window, 4 slot width (0: each admission is an entry),
--          5 admissions wanted, 6 how long a lot of them lives,
--          7 the string's birth as the worker knows it, 0: it knows of no admission here that counts,
--          8 admissions of an ended lot given back, 9 the slot they were counted in,
--          10 admissions that Redis had granted and may have lost (instants and ages), 11 ones made without it (ages)
-- Answers  'lost' when this is not the string that the worker knows: it has to tell its admissions; otherwise
--          'granted remaining wait now slot birth': wait until the oldest admission leaves, slot where the granted count
-- Instants and lengths are microseconds. Needs Redis 5 or later.

local HEADER, HEADER_BYTES = '<ddddI4I4I4I4', 48
local MOST_SLOTS = 4096
local FIRST_CAPACITY = 8

local key = KEYS[1]
local run, limit, window, width = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local want, life = tonumber(ARGV[5]), tonumber(ARGV[6])
local slotted = width > 0
local entry_bytes = slotted and 12 or 8
local most = slotted and MOST_SLOTS or limit
-- A second more than needed: a worker that knows of an admission which counts finds the string, or it was lost.
local expiry = math.ceil((window + life + width) / 1000) + 1000

-- The time of the last admission; the time up to which a restored Redis had kept all; the run that this was found out
-- in; when the string was made, or found by a new run.
local clock, cut, origin, birth = 0, 0, run, 0
local first, used, total, capacity = 0, 0, 0, 0

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function pack_entry(instant, number)
  if slotted then return struct.pack('<dI4', instant, number) end
  return struct.pack('<d', instant)
end

local function unpack_entry(raw, position)
  local instant, number = struct.unpack(slotted and '<dI4' or '<d', raw, position)
  return instant, slotted and number or 1
end

local function offset_of(index)
  return HEADER_BYTES + ((first + index) % capacity) * entry_bytes
end

local function entry_at(index)
  local offset = offset_of(index)
  return unpack_entry(redis.call('GETRANGE', key, offset, offset + entry_bytes - 1), 1)
end

local function pack_header()
  return struct.pack(HEADER, clock, cut, origin, birth, first, used, total, capacity)
end

-- The entries as they lie, turned so that the oldest comes first.
local function raw_entries()
  if used == 0 then return '' end
  local raw = redis.call('GETRANGE', key, HEADER_BYTES, -1)
  local turned = string.sub(raw, first * entry_bytes + 1) .. string.sub(raw, 1, first * entry_bytes)
  return string.sub(turned, 1, used * entry_bytes)
end

-- A string of its exact size: letting SETRANGE lengthen it would set aside twice the memory.
local function write_whole(body)
  first, used = 0, #body / entry_bytes
  local needed = math.max(FIRST_CAPACITY, used)
  if needed > capacity then capacity = math.min(most, math.max(needed, 2 * capacity)) end
  capacity = math.max(capacity, used)
  redis.call('SET', key, pack_header() .. body .. string.rep('\0', capacity * entry_bytes - #body), 'PX', expiry)
end

local function slot_of(instant)
  return instant - instant % width + width
end

-- Puts a list of {instant, number} in place of all entries.
local function replace_entries(list)
  table.sort(list, function(a, b) return a[1] < b[1] end)
  local packed = {}
  total = 0
  local from = slotted and 1 or math.max(1, #list - limit + 1)
  for index = from, #list do
    local instant, number = list[index][1], list[index][2]
    total = total + number
    if slotted and list[index + 1] and (list[index + 1][1] == instant or #packed + 1 == MOST_SLOTS) then
      list[index + 1][2] = list[index + 1][2] + number
      total = total - number
    else
      packed[#packed + 1] = pack_entry(instant, number)
    end
  end
  capacity = 0
  write_whole(table.concat(packed))
end

local function listed_entries()
  local list, raw = {}, raw_entries()
  for position = 1, #raw, entry_bytes do
    local instant, number = unpack_entry(raw, position)
    list[#list + 1] = {instant, number}
  end
  return list
end

-- Adds what a worker knows: the granted ones that came after the cut, and all that it made without Redis.
local function merge(granted, made)
  local list = listed_entries()
  local function add(age, number)
    local instant = now - age
    if slotted then instant = slot_of(instant) end
    if instant > now - window then list[#list + 1] = {instant, number} end
  end
  for position = 1, #granted, 20 do
    local instant, age, number = struct.unpack('<ddI4', granted, position)
    if instant > cut then add(age, number) end
  end
  for position = 1, #made, 12 do
    add(struct.unpack('<dI4', made, position))
  end
  clock = now
  replace_entries(list)
end

-- Redis' clock was set back: all admissions keep their distances, and the last one was made now.
local function follow_clock_back()
  local list, back = listed_entries(), clock - now
  for index = 1, #list do
    list[index][1] = list[index][1] - back
    if slotted then list[index][1] = slot_of(list[index][1] - 1) end
  end
  clock = now
  replace_entries(list)
end

local function drop_gone(gone)
  local size = 2
  while used > 0 do
    local number_read = math.min(size, used, capacity - first)
    local offset = HEADER_BYTES + first * entry_bytes
    local raw = redis.call('GETRANGE', key, offset, offset + number_read * entry_bytes - 1)
    for index = 0, number_read - 1 do
      local instant, number = unpack_entry(raw, index * entry_bytes + 1)
      if instant > gone and number > 0 then return instant end
      first, used, total = (first + 1) % capacity, used - 1, total - number
    end
    size = 64
  end
  return nil
end

-- The unused rest of a lot leaves the slot in which the whole lot was counted.
local function give_back(number, slot)
  local low, high = 0, used - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if entry_at(middle) < slot then low = middle + 1 else high = middle end
  end
  if low > high then return end
  local instant, counted = entry_at(low)
  if instant ~= slot then return end
  number = math.min(number, counted)
  redis.call('SETRANGE', key, offset_of(low), pack_entry(instant, counted - number))
  total = total - number
end

local function append(instant, number)
  used = used + 1
  if used > capacity then
    used = used - 1
    write_whole(raw_entries() .. pack_entry(instant, number))
  else
    redis.call('SETRANGE', key, offset_of(used - 1), pack_entry(instant, number))
  end
end

local function count_granted(number)
  total = total + number
  clock = now
  if not slotted then
    append(now, 1)
    return 0
  end
  local slot = slot_of(number > 1 and now + life or now)
  if used > 0 then
    local last, counted = entry_at(used - 1)
    if last >= slot or used == MOST_SLOTS then
      slot = math.max(last, slot)
      redis.call('SETRANGE', key, offset_of(used - 1), pack_entry(slot, counted + number))
      return slot
    end
  end
  append(slot, number)
  return slot
end

local header = redis.call('GETRANGE', key, 0, HEADER_BYTES - 1)
local changed = false
if #header == HEADER_BYTES then
  clock, cut, origin, birth, first, used, total, capacity = struct.unpack(HEADER, header)
else
  birth = now
end
if origin ~= run then
  cut, origin, birth = clock, run, now
  redis.call('SETRANGE', key, 0, pack_header())
end
if ARGV[7] ~= '0' and tonumber(ARGV[7]) ~= birth then return 'lost' end
if now < clock - 1000000 and used > 0 then
  follow_clock_back()
elseif now < clock then
  now = clock
end
if ARGV[10] then merge(ARGV[10], ARGV[11]) end

local gone = now - window
local oldest = drop_gone(gone)
if ARGV[8] and ARGV[8] ~= '0' then
  give_back(tonumber(ARGV[8]), tonumber(ARGV[9]))
  changed = true
end

local granted, slot = 0, 0
local room = limit - total
if want > 0 and room > 0 then
  granted = math.max(1, math.min(want, math.floor(room / 16)))
  slot = count_granted(granted)
  changed = true
  oldest = math.min(oldest or now, now)
end
if changed and capacity > 0 then
  redis.call('SETRANGE', key, 0, pack_header())
  redis.call('PEXPIRE', key, expiry)
end
local wait = oldest and oldest - gone or window
return string.format('%.0f %.0f %.0f %.0f %.0f %.0f', granted, limit - total, wait, now, slot, birth)
