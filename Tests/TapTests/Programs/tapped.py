"""tapped.py: pyzmq, which loads libzmq late and out of sight. A PUSH to PULL pair with multipart messages, a REQ/REP pair,
and a monitor of the program's own; prints what must be the same tapped and untapped."""
import threading

import zmq
from zmq.utils.monitor import recv_monitor_message

context = zmq.Context()
pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
monitor = push.get_monitor_socket(zmq.EVENT_CONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)
port = pull.bind_to_random_port("tcp://127.0.0.1")
push.connect(f"tcp://127.0.0.1:{port}")
for number in range(500):
    push.send_multipart([b"head", str(number).encode(), b"x" * 2000])
for number in range(500):
    assert pull.recv_multipart()[1] == str(number).encode()
for _ in range(2):
    print("event", int(recv_monitor_message(monitor)["event"]))
push.disable_monitor()

reply, request = context.socket(zmq.REP), context.socket(zmq.REQ)
port = reply.bind_to_random_port("tcp://127.0.0.1")
request.connect(f"tcp://127.0.0.1:{port}")


def answer():
    for _ in range(50):
        reply.send(reply.recv().upper())


thread = threading.Thread(target=answer)
thread.start()
for _ in range(50):
    request.send_string("question")
    assert request.recv() == b"QUESTION"
thread.join()

poller = zmq.Poller()
poller.register(pull, zmq.POLLIN)
print("idle", poller.poll(20))
try:
    pull.recv(zmq.NOBLOCK)
except zmq.Again as error:
    print("again", error.errno)
for socket in (push, pull, request, reply, monitor):
    socket.close()
context.term()
print("ended")
