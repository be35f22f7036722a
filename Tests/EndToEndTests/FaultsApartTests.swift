import Foundation
import Telemetry
import Testing

/// Faults that must find the right one among several, and the right part of a message.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FaultsApartTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test("A ROUTER's messages are dropped, doubled and changed whole, and find their peer; a PUB's keep their topic")
    func envelopes() throws {
        let send = try workplace.file(
            "send.py",
            """
            import sys, time, zmq
            context = zmq.Context.instance()
            router, pub = context.socket(zmq.ROUTER), context.socket(zmq.PUB)
            router.bind(sys.argv[1])
            pub.bind(sys.argv[2])
            peer = router.recv_multipart()[0]
            for n in range(1000000):
                router.send_multipart([peer, b'', b'%06d' % n, b'.' * 40], copy=n % 2)
                pub.send(b'topic.' + b'.' * 40)
                time.sleep(0.002)
            """)
        let receive = try workplace.file(
            "receive.py",
            """
            import ctypes, sys, zmq
            gauge = ctypes.CDLL(None).zmqtap_gauge
            gauge.argtypes = [ctypes.c_char_p, ctypes.c_double]
            context = zmq.Context.instance()
            dealer, sub = context.socket(zmq.DEALER), context.socket(zmq.SUB)
            dealer.connect(sys.argv[1])
            sub.connect(sys.argv[2])
            sub.subscribe(b'topic.')
            dealer.send(b'hello')
            seen = dict(torn=0, twice=0, changed=0, missing=0, topics=0)
            following = 0
            poller = zmq.Poller()
            poller.register(dealer, zmq.POLLIN)
            poller.register(sub, zmq.POLLIN)
            while True:
                for socket, _ in poller.poll():
                    if socket is sub:
                        seen['topics'] += sub.recv() != b'topic.' + b'.' * 40
                        continue
                    parts = dealer.recv_multipart()
                    if len(parts) != 3 or parts[0] != b'': seen['torn'] += 1
                    seen['changed'] += parts[-1] != b'.' * 40
                    n = int(parts[1])
                    if n < following: seen['twice'] += 1
                    else:
                        seen['missing'] += n - following
                        following = n + 1
                for name, value in seen.items(): gauge(name.encode(), value)
            """)
        let file = try workplace.file(
            "envelopes.yaml",
            """
            nodes:
              out:
                command: [/usr/bin/python3, \(send), "{out.router}", "{out.pub}"]
                sockets:
                  router: { type: ROUTER, bind: "tcp://127.0.0.1:*" }
                  pub: { type: PUB, bind: "tcp://127.0.0.1:*" }
              in:
                command: [/usr/bin/python3, \(receive), "{out.router}", "{out.pub}"]
                sockets: { dealer: { type: DEALER, connect: out.router }, sub: { type: SUB, connect: out.pub } }
            """)
        let program = try Program(
            workplace, ["run", file, "--headless", "--json", "--every", "100ms", "--for", "15m"])
        try program.snapshot("traffic") { $0.received("in.dealer") > 50 && $0.received("in.sub") > 50 }
        try workplace.fault("drop", "out.router", "3")
        try workplace.fault("duplicate", "out.router", "5")
        try workplace.fault("corrupt", "out.router", "7")
        try workplace.fault("corrupt", "out.pub", "2")
        try program.snapshot("all of them") { snapshot in
            ["missing", "twice", "changed", "topics"].allSatisfy { snapshot.seen($0) > 20 }
        }
        try workplace.fault("heal", "out")
        // A call that had begun before may end after.
        let healed = try program.snapshot("the end of it") { $0.sockets.allSatisfy { $0.faults == [] } }
        let last = try program.snapshot("traffic") { $0.received("in.dealer") > healed.received("in.dealer") + 100 }
        #expect(last.seen("torn") == 0)
        #expect(last.seen("missing") == last.socket("out.router")?.lost)
        // The socket and its connection are read one after the other.
        try program.snapshot("the sums of one moment") { snapshot in
            guard let router = snapshot.socket("out.router"), let way = snapshot.link("in.dealer->out.router")?.back,
                let sent = way.sent, let received = way.received, let depth = way.depth
            else { return false }
            return router.sent! - router.lost! == sent && sent - received == depth && way.lost == 0
        }
        try workplace.end(program)
    }

    @Test("Of two sockets at one endpoint the other one is spared, whoever connects first")
    func twins() throws {
        let send = try workplace.file(
            "twins.py",
            """
            import sys, time, zmq
            context = zmq.Context.instance()
            sockets = [context.socket(zmq.DEALER), context.socket(zmq.DEALER)]
            for socket in sockets:
                socket.setsockopt(zmq.RECONNECT_IVL, 20)
                socket.connect(sys.argv[1])
            while True:
                for socket in sockets:
                    try: socket.send(b'x', zmq.DONTWAIT)
                    except zmq.Again: pass
                time.sleep(0.002)
            """)
        let receive = try workplace.file(
            "receive.py",
            """
            import sys, zmq
            socket = zmq.Context.instance().socket(zmq.ROUTER)
            socket.bind(sys.argv[1])
            while True: socket.recv_multipart()
            """)
        let file = try workplace.file(
            "twins.yaml",
            """
            nodes:
              out:
                command: [/usr/bin/python3, \(send), "{in.in}"]
                sockets: { a: { type: DEALER, connect: in.in }, b: { type: DEALER, connect: in.in } }
              in:
                command: [/usr/bin/python3, \(receive), "{in.in}"]
                sockets: { in: { type: ROUTER, bind: "tcp://127.0.0.1:*" } }
                restart: { policy: always, delay: 100ms }
            """)
        let program = try Program(
            workplace, ["run", file, "--headless", "--json", "--every", "100ms", "--for", "15m"])
        func up(_ snapshot: Snapshot, _ name: String) -> Bool {
            let link = snapshot.link("out.\(name)->in.in")
            return link?.state == .up && (link?.out.received ?? 0) > 20
        }
        try program.snapshot("both") { up($0, "a") && up($0, "b") }
        try workplace.fault("cut", "out.a->in.in")
        let cut = try program.snapshot("the cut") { $0.link("out.a->in.in")?.state == .retrying }
        #expect(cut.link("out.b->in.in")?.state == .up && cut.link("out.b->in.in")?.reconnects == 0)
        // Now both of them connect, and nothing but libzmq knows which is which.
        try workplace.fault("kill", "in")
        try program.snapshot("the other one") { $0.link("out.b->in.in")?.reconnects == 1 && up($0, "b") }
        for _ in 0..<3 {
            let held = try program.snapshot("more attempts") { _ in true }
            #expect(held.link("out.a->in.in")?.state != .up && held.link("out.a->in.in")?.faults == ["cut"])
        }
        try workplace.fault("heal", "out.a->in.in")
        try program.snapshot("both again") { up($0, "a") && up($0, "b") }
        try workplace.end(program)
    }
}
