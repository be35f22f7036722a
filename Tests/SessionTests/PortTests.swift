import Glibc
import Testing

@testable import Session

@Suite(.timeLimit(.minutes(10)))
struct PortTests {
    private func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        return address
    }

    private func withSocket<Result>(_ body: (Int32) throws -> Result) rethrows -> Result {
        let descriptor = socket(AF_INET, streamSocket | closeOnExec, 0)
        defer { close(descriptor) }
        return try body(descriptor)
    }

    @Test func aHeldPortIsRefusedUntilItsNodeListens() throws {
        let holder = PortHolder()
        let port = try holder.hold(host: "127.0.0.1")
        withSocket { client in
            #expect(withAddress(address(port)) { connect(client, $0, $1) } == -1)
            #expect(errno == ECONNREFUSED)
        }
        #expect(ListeningTable().listens(on: "tcp://127.0.0.1:\(port)") == false)
        // Without SO_REUSEADDR nobody gets it; libzmq sets it.
        withSocket { stranger in #expect(withAddress(address(port)) { bind(stranger, $0, $1) } == -1) }
        withSocket { node in
            var on: Int32 = 1
            setsockopt(node, SOL_SOCKET, SO_REUSEADDR, &on, 4)
            #expect(withAddress(address(port)) { bind(node, $0, $1) } == 0)
            #expect(listen(node, 8) == 0)
            #expect(ListeningTable().listens(on: "tcp://127.0.0.1:\(port)") == true)
            #expect(ListeningTable().listens(on: "tcp://*:\(port)") == true)
            #expect(ListeningTable().listens(on: "tcp://127.0.0.2:\(port)") == false)
            withSocket { client in #expect(withAddress(address(port)) { connect(client, $0, $1) } == 0) }
        }
    }

    @Test func portsAreDifferentAndHostsAreChecked() throws {
        let holder = PortHolder()
        let hosts = ["127.0.0.1", "*", "0.0.0.0", "[::1]", "::1", "lo", "127.0.0.1"]
        let ports = try hosts.map { try holder.hold(host: $0) }
        #expect(Set(ports).count == hosts.count)
        #expect(ports.allSatisfy { (1...65535).contains($0) })
        #expect {
            try holder.hold(host: "localhost")
        } throws: {
            "\($0)".contains("write an address such as 127.0.0.1")
        }
        #expect(throws: SessionError.self) { try holder.hold(host: "203.0.113.77") }
    }

    @Test func procNetIsReadAsItIsWritten() {
        let table = ListeningTable(
            tcp: """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
                   1: 0100007F:1F91 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 2 1
                   2: 00000000:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1
                """,
            tcp6:
                "   0: 00000000000000000000000001000000:1F93 00000000000000000000000000000000:0000 0A 0:0 0 0 0 0 4 1",
            unix: """
                Num       RefCount Protocol Flags    Type St Inode Path
                0000000000000000: 00000002 00000000 00010000 0001 01 11 /run/a b
                0000000000000000: 00000002 00000000 00000000 0001 01 12 /run/connected
                """)
        #expect(table.listens(on: "tcp://127.0.0.1:8080") == true)
        #expect(table.listens(on: "tcp://127.0.0.1:8081") == false)
        #expect(table.listens(on: "tcp://10.0.0.1:8082") == true)
        #expect(table.listens(on: "tcp://[::1]:8083") == true)
        #expect(table.listens(on: "ipc:///run/a b") == true)
        #expect(table.listens(on: "ipc:///run/connected") == false)
        #expect(table.listens(on: "inproc://x") == nil)
    }
}
