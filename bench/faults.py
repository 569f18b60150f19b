#!/usr/bin/env python3
"""A proxy of an S3 server on this machine, in which a tenth of all requests fails: bench/faults.py PORT SERVER BEGUN.

To the file BEGUN goes a line for each upload in parts that the server has begun: when its answer was passed on, or 0 when it was lost, and its id."""
import asyncio, random, re, socket, struct, sys, time

PORT, SERVER, BEGUN = int(sys.argv[1]), int(sys.argv[2]), open(sys.argv[3], "w", buffering=1)
RATE, PIECE = 0.1, 1 << 16
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
chance = random.Random(0)


def field(head, name):
    found = re.search(rb"\r\n" + name + rb": *([^\r]*)", head, re.I)
    return found[1].strip().lower() if found else b""


async def body(head, source, has_body=True):
    """The pieces of the body that follows a head, as they are sent."""
    if not has_body:
        return
    if field(head, b"transfer-encoding") == b"chunked":
        size = None
        while size != 0:
            line = await source.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            yield line + await source.readexactly(size + 2)
        return
    left = int(field(head, b"content-length") or 0)
    while left:
        piece = await source.read(min(left, PIECE))
        if not piece:
            raise ConnectionError
        left -= len(piece)
        yield piece


async def passed(head, source, target, has_body=True, limit=None):
    """Passes a message on. With a limit, ends after so many bytes of its body."""
    target.write(head)
    async for piece in body(head, source, has_body):
        if limit is not None:
            piece, limit = piece[:limit], limit - len(piece[:limit])
        target.write(piece)
        await target.drain()
        if limit == 0:
            raise ConnectionError
    await target.drain()


async def begin(head, reader, writer, up_reader, up_writer, is_lost):
    """Passes a request on that begins an upload, and its answer, unless that is to be lost."""
    await passed(head, reader, up_writer)
    answer = await up_reader.readuntil(b"\r\n\r\n")
    pieces = [piece async for piece in body(answer, up_reader)]
    upload = re.search(rb"<UploadId>(.*?)</UploadId>", b"".join(pieces))
    if upload:
        BEGUN.write(f"{0 if is_lost else time.time()} {upload[1].decode()}\n")
    if is_lost:
        raise ConnectionError
    writer.write(answer + b"".join(pieces))
    await writer.drain()


def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def serve(reader, writer):
    """One connection of a client, and one to the server."""
    up_reader, up_writer = await asyncio.open_connection("127.0.0.1", SERVER)
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            fault = chance.choice(["503", "reset", "half a request", "half an answer"]) if chance.random() < RATE else None
            length = int(field(head, b"content-length") or 0)
            if fault == "reset":
                break
            if fault == "503":
                writer.write(b"HTTP/1.1 503 Slow Down\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(SLOW_DOWN), SLOW_DOWN))
                await writer.drain()
                writer.close()
                return
            if re.match(rb"POST [^ ]*[?&]uploads[= &]", head):
                await begin(head, reader, writer, up_reader, up_writer, is_lost=fault is not None)
                continue
            await passed(head, reader, up_writer, limit=length // 2 if fault == "half a request" else None)
            if fault == "half a request":
                break
            answer = await up_reader.readuntil(b"\r\n\r\n")
            has_body = not head.startswith(b"HEAD ") and not re.match(rb"HTTP/1.1 (204|304)", answer)
            half = int(field(answer, b"content-length") or 0) // 2
            await passed(answer, up_reader, writer, has_body, limit=half if fault == "half an answer" else None)
            if fault == "half an answer":
                break
        reset(writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        reset(writer)
    finally:
        up_writer.transport.abort()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", PORT, limit=1 << 20)
    async with server:
        await server.serve_forever()


asyncio.run(main())
