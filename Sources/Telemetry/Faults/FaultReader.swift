import FoundationEssentials
import Glibc
import RunDirectory

/// What the session's book of faults says, for a Snapshot.
struct FaultReader {
    private var book = FaultBook()
    private var stamp: [Int] = []
    private var nextEvent = 0

    /// Reads the book if it has changed. One that is not there, or not whole, says nothing new.
    mutating func read(_ path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return }
        let stamp = [
            Int(information.st_ino), Int(information.st_size), information.st_mtim.tv_sec, information.st_mtim.tv_nsec,
        ]
        guard stamp != self.stamp, let data = try? Data(contentsOf: URL(filePath: path)),
            let read = try? JSONDecoder().decode(FaultBook.self, from: data)
        else { return }
        book = read
        self.stamp = stamp
    }

    /// Those that have not been taken yet.
    mutating func takeEvents() -> [FaultBook.Event] {
        let new = book.events.filter { $0.ordinal >= nextEvent }
        nextEvent = new.last.map { $0.ordinal + 1 } ?? nextEvent
        return new
    }

    /// Writes the faults that are in force on what they are about.
    func mark(_ snapshot: inout Snapshot) {
        guard !book.inForce.isEmpty else { return }
        var texts: [FaultBook.Subject: [String]] = [:]
        for entry in book.inForce { texts[entry.subject, default: []].append(entry.fault.description) }
        for index in snapshot.nodes.indices {
            snapshot.nodes[index].faults = texts[.node(snapshot.nodes[index].name)] ?? []
        }
        for index in snapshot.sockets.indices {
            snapshot.sockets[index].faults = texts[.socket(snapshot.sockets[index].id)] ?? []
        }
        for index in snapshot.links.indices {
            snapshot.links[index].faults = texts[.link(snapshot.links[index].id)] ?? []
        }
    }
}

extension FaultBook.Event {
    /// `FAULT cut` and `HEALED cut`, at the node whose link, socket or self it is; the endpoint is the subject's name.
    func shown(elapsed: Double) -> Snapshot.Event {
        let (node, socket) =
            switch entry.subject {
            case .node(let name): (name, String?.none)
            case .socket(let id): Self.parts(id)
            case .link(let id): Self.parts(String(id.prefix { $0 != ">" }.dropLast()))
            }
        return .init(
            elapsed: elapsed, node: node, socket: socket, event: "\(begins ? "FAULT" : "HEALED") \(entry.fault)",
            endpoint: entry.subject.name, value: 0)
    }

    private static func parts(_ id: String) -> (String, String?) {
        guard let dot = id.lastIndex(of: ".") else { return (id, nil) }
        return (String(id[..<dot]), String(id[id.index(after: dot)...]))
    }
}
