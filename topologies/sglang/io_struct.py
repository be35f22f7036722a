"""What SGLang's processes send each other: one pickled object (protocol 5) a message, single frames."""
import pickle
import signal
import sys
from dataclasses import dataclass

try:
    import zmq
except ImportError as error:
    sys.exit(f"{error}. Install it for {sys.executable}: apt-get install python3-zmq")


@dataclass
class TokenizedGenerateReqInput:
    rid: str
    input_text: str
    input_ids: list
    sampling_params: dict
    stream: bool = True


@dataclass
class BatchTokenIDOutput:
    """The new tokens of all requests of one step."""
    rids: list
    output_ids: list
    finished_reasons: list


@dataclass
class BatchStrOutput:
    rids: list
    output_strs: list
    finished_reasons: list


def send(socket, message):
    socket.send(pickle.dumps(message, protocol=5))


def receive(socket):
    """None where nothing is there. Only for messages of these programs: a pickle can execute anything."""
    try:
        return pickle.loads(socket.recv(zmq.NOBLOCK))
    except zmq.Again:
        return None


def wait(socket, seconds):
    return socket.poll(max(0, seconds) * 1000) != 0


def get_zmq_socket(kind, endpoint, bind):
    socket = zmq.Context.instance().socket(kind)
    socket.setsockopt(zmq.SNDHWM if kind == zmq.PUSH else zmq.RCVHWM, 0)
    socket.setsockopt(zmq.LINGER, 0)
    (socket.bind if bind else socket.connect)(endpoint)
    return socket


class Running:
    def __init__(self):
        self.on = True
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, *_):
        self.on = False

    def __bool__(self):
        return self.on
