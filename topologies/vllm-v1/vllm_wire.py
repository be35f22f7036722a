"""What vLLM V1 says on its sockets: frames, identities and MessagePack, with made-up models behind them."""
import random
import signal
import struct
import sys
import time
import uuid

try:
    import msgpack
    import zmq
except ImportError as error:
    sys.exit(f"{error}. Install it for {sys.executable}: apt-get install python3-zmq python3-msgpack")

pack = msgpack.packb


def unpack(data):
    return msgpack.unpackb(data, strict_map_key=False)


class EngineCoreRequestType:
    """The second frame of an input message, or the first one that a DEALER sees."""
    ADD = b"\x00"
    ABORT = b"\x01"
    START_DP_WAVE = b"\x02"
    UTILITY = b"\x03"


ENGINE_CORE_DEAD = b"ENGINE_CORE_DEAD"
KV_TOPIC = b"kv-events"
END_SEQ = (-1).to_bytes(8, "big", signed=True)


def engine_identity(rank):
    return rank.to_bytes(2, "little")


def hello(local=True, headless=False):
    return pack({"status": "HELLO", "local": local, "headless": headless})


def ready(local=True, headless=False, num_gpu_blocks=4096):
    return pack({"status": "READY", "local": local, "headless": headless, "num_gpu_blocks": num_gpu_blocks})


def engine_core_request(tokens, max_tokens):
    """EngineCoreRequest, a struct as an array; 1,000 tokens make some 4 KB."""
    request_id = "chatcmpl-" + uuid.uuid4().hex
    prompt = [random.randrange(300, 151_000) for _ in range(tokens)]
    sampling = {"temperature": 0.7, "top_p": 0.95, "max_tokens": max_tokens, "seed": None, "output_kind": 1}
    return request_id, [request_id, prompt, None, sampling, None, 151645, time.time(), None, None, None, 0, 0, 0]


def engine_core_output(request_id, token, finished):
    """EngineCoreOutput: 78 B with its request id."""
    return [request_id, [token], None, None, None, 1 if finished else None, None,
            [[0, time.time()], [1, time.time()]] if finished else [[1, time.time()]], None, None, 0]


def engine_core_outputs(engine_index, outputs, stats=None, wave_complete=None):
    """EngineCoreOutputs: what an engine sends to one client after one step."""
    return pack([engine_index, outputs, stats, time.monotonic(), None, None, wave_complete])


def stats_message(counts, wave, running):
    """What the coordinator tells the API servers: waiting, running and cache usage of each engine."""
    return pack([counts, wave, running])


def wave_message(wave, exclude):
    """What the coordinator tells the engines: start this wave; the one that is excluded has begun it already."""
    return [EngineCoreRequestType.START_DP_WAVE, pack([wave, exclude])]


def sequence(number):
    return struct.pack(">Q", number)


def sockets(context, kind, endpoints, bind=False, **options):
    """A socket of this kind with these options, set before it is bound or connected."""
    socket = context.socket(getattr(zmq, kind))
    for name, value in options.items():
        socket.setsockopt(getattr(zmq, name), value)
    for endpoint in endpoints:
        (socket.bind if bind else socket.connect)(endpoint)
    return socket


class Running:
    """False once the program has been told to end: `while running:`."""

    def __init__(self):
        self.on = True
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, *_):
        self.on = False

    def __bool__(self):
        return self.on


def poll(sockets, seconds):
    """Which sockets have something to receive. Not for long: a signal is noticed when the wait is over."""
    poller = zmq.Poller()
    for socket in sockets:
        poller.register(socket, zmq.POLLIN)
    return dict(poller.poll(max(0, seconds) * 1000))
