"""An SMTP server that accepts every letter and keeps none: ``python -m bench.sink PORT``."""

import asyncio
import sys


async def talk(reader, writer):
    """One connection: answers as a willing relay would, counts what it took."""
    say = writer.write
    say(b"220 sink\r\n")
    taken = 0
    try:
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                say(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif verb == b"DATA":
                say(b"354 go on\r\n")
                await writer.drain()
                while (line := await reader.readline()) not in (b".\r\n", b""):
                    pass
                taken += 1
                say(b"250 taken as %d\r\n" % taken)
            elif verb == b"QUIT":
                say(b"221 bye\r\n")
                break
            else:
                say(b"250 ok\r\n")
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def main(port):
    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=2**20)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
