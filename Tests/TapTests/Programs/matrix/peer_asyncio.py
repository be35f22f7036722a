"""peer_asyncio.py PATTERN TRANSPORT COUNT FOLDER: what peer.py does, with zmq.asyncio: both ends are tasks of one loop."""
import asyncio
import sys

import zmq
import zmq.asyncio

from peer import PATTERNS, RECEIVED, SENT, join, make, message, probes, report


async def send(socket, frames, passed):
    await socket.send_multipart(frames, copy=passed.messages % 2 == 0)
    passed.add(frames)


async def receive(socket, passed):
    frames = await socket.recv_multipart()
    if frames == [b"probe"]:
        return None
    passed.add(frames)
    return frames


async def forward(source, target):
    while True:
        await target.send_multipart(await source.recv_multipart())


async def main():
    pattern, transport, count, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    one_way, window = pattern == "pushpull", 1 if pattern == "reqrep" else 100
    context = zmq.asyncio.Context()
    bound, connected = (make(context, kind) for kind in PATTERNS[pattern])
    subscribed = asyncio.Event()
    ends, forwarders = [], []

    async def publish():
        while not subscribed.is_set():
            await bound.send(b"probe")
            probes[0] += 1
            await asyncio.sleep(0.001)
        for n in range(count):
            await send(bound, [b"data"] + message(n), SENT[0])
            if n % 3 == 0:
                await send(bound, [b"other"] + message(n), SENT[0])

    async def subscribe():
        while RECEIVED[1].messages < count:
            if await receive(connected, RECEIVED[1]) is None:
                probes[1] += 1
            subscribed.set()

    async def answer():
        for _ in range(count):
            frames = await receive(bound, RECEIVED[0])
            if not one_way:
                await send(bound, frames, SENT[0])

    async def ask():
        for n in range(count):
            await send(connected, message(n), SENT[1])
            if not one_way and n % window == window - 1:
                for _ in range(window):
                    await receive(connected, RECEIVED[1])

    if pattern == "proxy":
        ends += [make(context, zmq.XSUB), make(context, zmq.XPUB)]
        join(ends[0], bound, transport, folder, "frontend")
        join(ends[1], connected, transport, folder, "backend")
        forwarders += [asyncio.create_task(forward(*pair)) for pair in (ends, ends[::-1])]
    else:
        join(bound, connected, transport, folder, "end")
    publishes = PATTERNS[pattern][0] == zmq.PUB
    if publishes:
        connected.subscribe(b"data")
        connected.subscribe(b"probe")
    await asyncio.gather(*((publish(), subscribe()) if publishes else (answer(), ask())))
    for task in forwarders:
        task.cancel()
    await asyncio.gather(*forwarders, return_exceptions=True)
    for socket in [bound, connected] + ends:
        socket.close()
    context.term()
    report()


asyncio.run(main())
