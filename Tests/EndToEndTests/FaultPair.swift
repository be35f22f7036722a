import Foundation
import Telemetry
import Testing

/// A sender and a receiver that nobody prepared, in Python or in C. The receiver tells what it saw by gauges: messages that
/// are torn, that came twice, that were changed, and whose numbers are missing.
enum FaultPair: String, CaseIterable, Sendable {
    case python, c

    /// Both programs wait while there is a file `hold`.
    private static let pythonSender = """
        import os, sys, time, zmq
        s = zmq.Context.instance().socket(zmq.DEALER)
        s.setsockopt(zmq.RECONNECT_IVL, 20)
        s.setsockopt(zmq.SNDHWM, 100000)
        s.connect(sys.argv[1])
        n = 0
        while True:
            if os.path.exists('hold'):
                s.getsockopt(zmq.EVENTS)
                time.sleep(0.01)
                continue
            s.send_multipart([b'head', b'%08d' % n + b'.' * 40])
            n += 1
            time.sleep(0.002)
        """

    private static let pythonReceiver = """
        import ctypes, sys, zmq
        gauge = ctypes.CDLL(None).zmqtap_gauge
        gauge.argtypes = [ctypes.c_char_p, ctypes.c_double]
        s = zmq.Context.instance().socket(zmq.ROUTER)
        s.setsockopt(zmq.RCVHWM, 100000)
        s.bind(sys.argv[1])
        seen = dict(torn=0, twice=0, changed=0, missing=0)
        following = 0
        while True:
            parts = s.recv_multipart()
            if len(parts) != 3 or parts[1] != b'head': seen['torn'] += 1
            body = parts[-1]
            if body[8:] != b'.' * 40: seen['changed'] += 1
            n = int(body[:8])
            if n < following: seen['twice'] += 1
            else:
                seen['missing'] += n - following
                following = n + 1
            for name, value in seen.items(): gauge(name.encode(), value)
        """

    private static let cProgram = """
        #include <dlfcn.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <time.h>
        #include <unistd.h>
        #include <zmq.h>

        static void send_all(void *s) {
            for (int n = 0;; n++) {
                struct timespec pause = {.tv_nsec = 2000000};
                while (access("hold", F_OK) == 0) {
                    int events;
                    size_t size = sizeof events;
                    zmq_getsockopt(s, ZMQ_EVENTS, &events, &size);
                    nanosleep(&pause, NULL);
                }
                char body[49];
                snprintf(body, sizeof body, "%08d........................................", n);
                zmq_msg_t message;
                zmq_send(s, "head", 4, ZMQ_SNDMORE);
                zmq_msg_init_size(&message, 48);
                memcpy(zmq_msg_data(&message), body, 48);
                zmq_msg_send(&message, s, 0);
                nanosleep(&pause, NULL);
            }
        }

        static void receive_all(void *s) {
            void (*gauge)(const char *, double) = (void (*)(const char *, double))dlsym(RTLD_DEFAULT, "zmqtap_gauge");
            int torn = 0, twice = 0, changed = 0, missing = 0, following = 0;
            for (;;) {
                char frame[256];
                int parts = 0, size = 0, more = 1;
                size_t length = sizeof more;
                while (more) {
                    size = zmq_recv(s, frame, sizeof frame - 1, 0);
                    zmq_getsockopt(s, ZMQ_RCVMORE, &more, &length);
                    parts++;
                }
                frame[size] = 0;
                torn += parts != 3 || size != 48;
                changed += strcmp(frame + 8, "........................................") != 0;
                frame[8] = 0;
                int n = atoi(frame);
                if (n < following) {
                    twice++;
                } else {
                    missing += n - following;
                    following = n + 1;
                }
                gauge("torn", torn);
                gauge("twice", twice);
                gauge("changed", changed);
                gauge("missing", missing);
            }
        }

        int main(int count, char **arguments) {
            int sends = strcmp(arguments[1], "send") == 0, many = 100000, interval = 20;
            void *s = zmq_socket(zmq_ctx_new(), sends ? ZMQ_DEALER : ZMQ_ROUTER);
            zmq_setsockopt(s, sends ? ZMQ_SNDHWM : ZMQ_RCVHWM, &many, sizeof many);
            zmq_setsockopt(s, ZMQ_RECONNECT_IVL, &interval, sizeof interval);
            if (sends) {
                zmq_connect(s, arguments[2]);
                send_all(s);
            } else {
                zmq_bind(s, arguments[2]);
                receive_all(s);
            }
        }
        """

    /// The two commands, sender first.
    func commands(in workplace: Workplace) throws -> (send: [String], receive: [String]) {
        switch self {
        case .python:
            return (
                ["/usr/bin/python3", try workplace.file("send.py", Self.pythonSender)],
                ["/usr/bin/python3", try workplace.file("receive.py", Self.pythonReceiver)]
            )
        case .c:
            let source = try workplace.file("pair.c", Self.cProgram)
            let compiled = try Program(
                workplace, ["-O1", "-D_GNU_SOURCE", "-o", "pair", source, "-lzmq", "-ldl"], program: "gcc"
            ).finish()
            #expect(compiled.status == 0, "\(compiled.err)")
            return (["./pair", "send"], ["./pair", "receive"])
        }
    }

    /// A topology of the two: `out.out` connects to `in.in`.
    func topology(in workplace: Workplace, _ endpoint: String, restart: Bool = false) throws -> String {
        let (send, receive) = try commands(in: workplace)
        func list(_ words: [String]) -> String { "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }
        return try workplace.file(
            "pair.yaml",
            """
            nodes:
              out:
                command: \(list(send + ["{in.in}"]))
                sockets: { out: { type: DEALER, connect: in.in } }
                \(restart ? "restart: { policy: always, delay: 100ms }" : "")
              in:
                command: \(list(receive + ["{in.in}"]))
                sockets: { in: { type: ROUTER, bind: "\(endpoint)" } }
            """)
    }
}

extension Snapshot {
    /// A gauge of the receiver.
    func seen(_ name: String) -> Int { Int(node("in")?.gauges[name] ?? 0) }
    var pair: Link? { link("out.out->in.in") }

    /// All that was sent is received, lost or discarded.
    var isDrained: Bool { pair?.out.depth == 0 && pair?.state == .up }
}

extension Workplace {
    /// Gives the only session of this workplace a fault, or heals one.
    func fault(_ words: String...) throws {
        let outcome = try run(self, ["ctl"] + words + ["--session", session])
        #expect(outcome.status == 0, "\(words): \(outcome.err)")
    }

    /// Ends a session: no process and no file of it stays.
    func end(_ program: Program) throws {
        program.signal(SIGTERM)
        _ = try program.finish()
        try expectNoSurvivors()
        #expect(leftovers == [])
    }
}
