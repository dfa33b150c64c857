-- Every request asks for an address nobody has asked for, so nothing kept can answer it.
local number, salt = 0, os.time() % 100000
request = function()
  number = number + 1
  return wrk.format(nil, wrk.path .. "?v=" .. salt .. "." .. number)
end
dofile("bench/wrk.lua")
