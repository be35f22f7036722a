import CTapSegment
import RunDirectory
import Testing

@testable import Session
@testable import Telemetry

@Suite struct FaultPlanTests {
    private static let second: UInt64 = 1_000_000_000

    /// `a.x` and its twin `a.z` connect to `b.y` on tcp, `a.w` to `c.v` on ipc; all of them run, in processes of an hour.
    private var places: FaultPlaces {
        var places = FaultPlaces()
        for name in ["a", "b", "c"] {
            places.processes.append(
                .init(file: name, node: name, shownAs: name, pid: 1, started: 0, isWireOnly: false))
        }
        func socket(_ node: String, _ name: String, _ type: String, _ number: Int32, _ endpoint: String, _ id: UInt32) {
            places.sockets.append(
                .init(
                    id: "\(node).\(name)", node: node, type: type, typeNumber: number, endpoints: [endpoint],
                    instances: [(node, id)], isOutOfReach: false))
        }
        socket("a", "x", "DEALER", 5, "tcp://h:1", 1)
        socket("a", "z", "DEALER", 5, "tcp://h:1", 2)
        socket("a", "w", "REQ", 3, "ipc://p", 3)
        socket("b", "y", "ROUTER", 6, "tcp://h:1", 1)
        socket("c", "v", "PULL", 7, "ipc://p", 1)
        places.links = [
            link("a.x->b.y", "tcp", "tcp://h:1", from: 5, socket: 1, connection: 11),
            link("a.z->b.y", "tcp", "tcp://h:1", from: 5, socket: 2, connection: 12),
            link("a.w->c.v", "ipc", "ipc://p", from: 3, socket: 3, connection: 13),
        ]
        return places
    }

    private func link(
        _ id: String, _ transport: String, _ endpoint: String, from type: Int32, socket: UInt32, connection: UInt64
    ) -> FaultPlaces.Link {
        let to = String(id.suffix(3))
        func end(_ process: String, accepted: Bool) -> FaultPlaces.End {
            .init(
                process: process, pid: 1, connection: connection + (accepted ? 100 : 0), descriptor: 9, inode: 1,
                accepted: accepted)
        }
        return .init(
            id: id, fromNode: "a", toNode: String(to.prefix(1)), from: String(id.prefix(3)), to: to,
            transport: transport, endpoint: endpoint, fromType: type, neverReconnects: id == "a.w->c.v",
            connect: ("a", socket, endpoint), ends: [end("a", accepted: false), end(to.prefix(1) + "", accepted: true)])
    }

    private func plan(_ entries: [FaultBook.Entry], _ places: FaultPlaces) -> FaultPlan {
        let faults = entries.enumerated().map { ActiveFault(entry: $1, serial: UInt32($0 + 1)) }
        return FaultPlan(faults, places, now: 3600 * Self.second)
    }

    private func key(_ process: String, _ connection: UInt64) -> FaultPlan.Key {
        .init(process: process, connection: connection)
    }

    @Test("a cut is the connecting end's alone")
    func cut() {
        let plan = plan([.init(subject: .link("a.w->c.v"), fault: .cut)], places)
        #expect(plan.tables.keys.sorted() == ["a"])
        #expect(plan.tables["a"]?.map(\.socketID) == [3] && plan.tables["a"]?.first?.endpoint == "ipc://p")
        #expect(plan.descriptors == [key("a", 13): .init(cut: true)])
        // Its next process finds it by type and endpoint: nothing else of the node looks like it.
        #expect(plan.files["a"]?.map(\.socketType) == [3] && plan.files["a"]?.first?.socketID == 0)
    }

    @Test("a partition is of both ends, and is no less for a loss beside it")
    func partition() {
        let id = FaultBook.Subject.link("a.x->b.y")
        let plan = plan([.init(subject: id, fault: .partition), .init(subject: id, fault: .loss(0.5))], places)
        #expect(plan.descriptors == [key("a", 11): .init(loss: .max), key("b", 111): .init(loss: .max)])
        #expect(plan.tables["b"]?.allSatisfy { $0.connection == 111 } == true)
        #expect(plan.tables["a"]?.map(\.socketID) == [1, 1])
        // A twin of the same type and endpoint: a process that has not shown itself cannot tell them apart.
        #expect(plan.files["a"] == nil)
    }

    @Test("a socket's fault comes before its node's")
    func sockets() {
        let plan = plan(
            [.init(subject: .node("a"), fault: .slow(1)), .init(subject: .socket("a.w"), fault: .slow(2))], places)
        #expect(plan.tables["a"]?.map(\.socketID) == [3, 0])
        #expect(plan.tables["a"]?.map(\.value) == [2 * Self.second, Self.second])
        #expect(plan.files["a"]?.map(\.socketType) == [3, -1])
    }

    @Test("a young process keeps what it found until its sockets have names")
    func youth() {
        var young = places
        young.processes[0].started = 3600 * Self.second - 1
        let cut = FaultBook.Entry(subject: .link("a.w->c.v"), fault: .cut)
        #expect(plan([cut], young).tables["a"]?.map(\.socketID) == [3])
        young.links[2].connect = nil
        #expect(plan([cut], young).tables["a"]?.map(\.socketID) == [0])
        young.processes[0].started = 0
        #expect(plan([cut], young).tables["a"] == nil)
    }

    private func targets(external: Set<String> = []) -> FaultTargets {
        FaultTargets(places: places, nodes: [("a", "a"), ("b", "b"), ("c", "c")], external: external)
    }

    private func refusal(_ fault: Fault, _ target: String, external: Set<String> = []) -> String {
        do {
            let subjects = try targets(external: external).subjects(of: fault, on: target)
            return "none: \(subjects.map(\.name))"
        } catch {
            return error.text
        }
    }

    @Test("a node stands for its links; those that cannot have it are passed over")
    func nodes() throws {
        #expect(try targets().subjects(of: .partition, on: "a") == [.link("a.x->b.y"), .link("a.z->b.y")])
        #expect(try targets().subjects(of: .cut, on: "b") == [.link("a.x->b.y"), .link("a.z->b.y")])
        #expect(try targets().subjects(of: .slow(1), on: "c") == [.node("c")])
    }

    @Test("what cannot be says why")
    func refusals() {
        #expect(refusal(.cut, "a.w->c.v").contains("reconnect_ivl is -1"))
        #expect(refusal(.bandwidth(1), "a.w->c.v").contains("is ipc"))
        #expect(refusal(.cut, "a.x->b.z").contains("did you mean a.x->b.y"))
        #expect(refusal(.cut, "a", external: ["a"]).contains("no node that this session runs"))
        #expect(refusal(.drop(every: 2), "a.w").contains("takes turns"))
        #expect(refusal(.drop(every: 2), "c.v").contains("sends nothing"))
        #expect(refusal(.drop(every: 2), "a").contains("it has a.x, a.z and a.w"))
        #expect(refusal(.slow(1), "d").contains("there is no node or socket “d”"))
        #expect(refusal(.corrupt(every: 2), "a.w") == "none: [\"a.w\"]")
    }

    @Test("healing a node ends what is on it, its sockets and its links")
    func healing() throws {
        var book = FaultBook()
        let entries: [FaultBook.Entry] = [
            .init(subject: .link("a.x->b.y"), fault: .cut), .init(subject: .socket("b.y"), fault: .drop(every: 2)),
            .init(subject: .node("c"), fault: .slow(1)),
        ]
        for entry in entries { book.begin(entry, at: 0) }
        func healed(_ target: String) throws -> [FaultBook.Entry] {
            entries.filter(try targets().isHealed(target, in: book))
        }
        #expect(try healed("*") == entries)
        #expect(try healed("b") == Array(entries[..<2]))
        #expect(try healed("a") == [entries[0]])
        #expect(try healed("a.x->b.y") == [entries[0]])
        #expect(try healed("b.y") == [entries[1]])
        #expect(throws: FaultTargets.Refusal.self) { try healed("nobody") }
    }

    @Test("the file of first faults is a table as the tap reads it")
    func file() {
        let line = FaultLine(kind: TAP_FAULT_CUT.rawValue, socketType: 5, serial: 7, endpoint: "tcp://h:1")
        let bytes = FaultTable.file([line, line])
        let head = MemoryLayout<tap_faults>.offset(of: \.faults)!
        #expect(bytes.count == head + 2 * MemoryLayout<tap_fault>.stride)
        bytes.withUnsafeBytes { bytes in
            #expect(
                bytes.loadUnaligned(fromByteOffset: MemoryLayout<tap_faults>.offset(of: \.count)!, as: UInt32.self) == 2
            )
            let first = bytes.loadUnaligned(fromByteOffset: head, as: tap_fault.self)
            #expect(first.kind == TAP_FAULT_CUT.rawValue && first.socket_type == 5 && first.serial == 7)
            #expect(bytes.loadUnaligned(as: UInt32.self) % 2 == 0)
        }
    }
}
