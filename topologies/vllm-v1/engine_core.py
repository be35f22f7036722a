"""DPEngineCoreProc: takes requests from each API server, steps, and sends the new tokens back. The model is a clock."""
import argparse
import random
import time

from vllm_wire import (END_SEQ, ENGINE_CORE_DEAD, KV_TOPIC, EngineCoreRequestType, Running, engine_core_output,
                       engine_core_outputs, engine_identity, hello, pack, poll, ready, sequence, sockets, unpack, zmq)

MAX_BATCH = 16
STEP = 0.025
REPLAY_BUFFER = 10_000


class KVEvents:
    """Publishes what becomes of cache blocks, numbered, and sends again what somebody has missed."""

    def __init__(self, context, events, replay, rank):
        self.events = sockets(context, "PUB", [events], bind=True, SNDHWM=100_000, LINGER=0)
        self.replay = sockets(context, "ROUTER", [replay], bind=True, LINGER=0)
        self.rank, self.number, self.buffer = rank, 0, []

    def publish(self, kind, blocks):
        batch = pack([time.time(), [[kind, blocks, None, [], 16, None]], self.rank])
        self.events.send_multipart([KV_TOPIC, sequence(self.number), batch])
        self.buffer = (self.buffer + [(self.number, batch)])[-REPLAY_BUFFER:]
        self.number += 1

    def serve(self):
        identity, _, start = self.replay.recv_multipart()
        for number, batch in self.buffer:
            if number >= int.from_bytes(start, "big"):
                self.replay.send_multipart([identity, b"", sequence(number), batch])
        self.replay.send_multipart([identity, b"", END_SEQ, b""])


def handshake(context, endpoint, identity, running):
    socket = sockets(context, "DEALER", [endpoint], IDENTITY=identity, LINGER=5000, SNDHWM=0, RCVHWM=0)
    socket.send(hello())
    while running:
        if socket in poll([socket], 0.3):
            return socket, unpack(socket.recv())
    return socket, None


def main():
    parser = argparse.ArgumentParser()
    for name in ("rank", "handshake", "events", "replay"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    rank, running, context = int(options.rank), Running(), zmq.Context.instance()
    identity = engine_identity(rank)
    launcher, init = handshake(context, options.handshake, identity, running)
    if init is None:
        return
    addresses = init["addresses"]
    inputs = [sockets(context, "DEALER", [address], IDENTITY=identity, SNDHWM=0, RCVHWM=0, LINGER=0)
              for address in addresses["inputs"]]
    for socket in inputs:
        socket.send(b"")  # so that the ROUTER knows us
    outputs = [sockets(context, "PUSH", [address], LINGER=4000, SNDHWM=0) for address in addresses["outputs"]]
    coordinator = sockets(context, "PUSH", [addresses["coordinator_output"]], LINGER=4000, SNDHWM=0)
    waves = sockets(context, "XSUB", [addresses["coordinator_input"]], LINGER=0)
    waves.send(b"\x01")
    cache = KVEvents(context, options.events, options.replay, rank)
    launcher.send(ready())

    waiting, batch = [], {}
    wave, stepping = 0, False
    next_step, told = 0.0, None
    while running:
        busy = bool(waiting or batch)
        events = poll([*inputs, waves, cache.replay], max(0, next_step - time.monotonic()) if busy else 0.3)
        for client, socket in enumerate(inputs):
            while socket in events:
                try:
                    kind, payload, *_ = socket.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                if kind == EngineCoreRequestType.ADD:
                    request = unpack(payload)
                    waiting.append((client, request[0], len(request[1]), request[3]["max_tokens"]))
                    stepping = True
                elif kind == EngineCoreRequestType.ABORT:
                    aborted = set(unpack(payload))
                    waiting = [each for each in waiting if each[1] not in aborted]
                    for request_id in aborted & set(batch):
                        batch[request_id][1] = 0
        if waves in events:
            frames = waves.recv_multipart()
            if frames[0] == EngineCoreRequestType.START_DP_WAVE:
                wave, exclude = unpack(frames[1])
                stepping = stepping or exclude != rank
        if cache.replay in events:
            cache.serve()
        now = time.monotonic()
        if now < next_step or not (waiting or batch):
            if stepping and not (waiting or batch):
                stepping = False
                coordinator.send(engine_core_outputs(rank, [], [0, 0, 0.0], wave_complete=wave))
                wave += 1
            continue
        while waiting and len(batch) < MAX_BATCH:
            client, request_id, prompt, tokens = waiting.pop(0)
            batch[request_id] = [client, tokens, [random.getrandbits(63) for _ in range(prompt // 16)]]
            cache.publish("BlockStored", batch[request_id][2])
        by_client = {}
        for request_id, entry in list(batch.items()):
            client, left, blocks = entry
            entry[1] = left - 1
            finished = entry[1] <= 0
            by_client.setdefault(client, []).append(engine_core_output(request_id, random.randrange(300, 151_000), finished))
            if finished:
                del batch[request_id]
                if random.random() < 0.5:
                    cache.publish("BlockRemoved", blocks)
        for client, tokens in by_client.items():
            outputs[client].send(engine_core_outputs(rank, tokens))
        stats = [len(waiting), len(batch), round(len(batch) / MAX_BATCH, 3)]
        if stats != told:
            told = stats
            coordinator.send(engine_core_outputs(rank, [], stats))
        next_step = now + STEP
    for socket in outputs:
        socket.send(ENGINE_CORE_DEAD)  # the real one says it when it fails; ours also when it is told to end
    context.destroy(linger=500)


main()
