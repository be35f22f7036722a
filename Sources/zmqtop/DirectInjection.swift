import Discovery
import Foundation
import RunDirectory
import Session

/// An injection into an endpoint of this machine that is no session's: the injector runs by itself.
struct DirectInjection {
    let injection: Injection
    let installation: Installation

    /// `tcp://…` and `ipc://…` are endpoints; a session's sockets are `NODE.SOCKET`.
    static func isEndpoint(_ target: String) -> Bool { target.contains("://") }

    /// Blocks until the injector has ended.
    /// - Throws: `Failure` with the reason when it could not be done.
    func run(onEvent: (InjectionEvent) -> Void) throws {
        let endpoint = Self.reachable(injection.target)
        let peerType: String
        do {
            peerType = try PeerProbe.socketType(at: endpoint)
        } catch {
            throw Failure("\(error)", status: 1)
        }
        let node = try InjectionPlan(injection, endpoint: endpoint, peerType: peerType).node(name: "inject", injection)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zmqtop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("inject.json")
        try JSONEncoder().encode(node).write(to: file)

        let process = Process()
        process.executableURL = URL(fileURLWithPath: try installation.programs().node)
        process.arguments = [file.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        // What goes wrong is told as an event too.
        process.standardError = FileHandle.nullDevice
        try process.run()
        var failure: String?
        for line in Lines(output.fileHandleForReading) {
            guard let event = try? JSONDecoder().decode(InjectionEvent.self, from: line) else { continue }
            if case .failed(let reason) = event { failure = reason }
            onEvent(event)
        }
        process.waitUntilExit()
        if let failure { throw Failure(failure, status: 1) }
        guard process.terminationStatus == 0 else {
            throw Failure("The injector ended with status \(process.terminationStatus) before it was done.", status: 1)
        }
    }

    /// A listener on all addresses is reached by the loopback one.
    private static func reachable(_ endpoint: String) -> String {
        for (any, loopback) in [
            ("tcp://0.0.0.0:", "tcp://127.0.0.1:"), ("tcp://*:", "tcp://127.0.0.1:"), ("tcp://[::]:", "tcp://[::1]:"),
        ]
        where endpoint.hasPrefix(any) { return loopback + endpoint.dropFirst(any.count) }
        return endpoint
    }
}

/// The lines that come from a descriptor, without their ends.
private struct Lines: Sequence, IteratorProtocol {
    private let handle: FileHandle
    private var bytes = Data()

    init(_ handle: FileHandle) { self.handle = handle }

    mutating func next() -> Data? {
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                defer { bytes = Data(bytes[(end + 1)...]) }
                return Data(bytes[..<end])
            }
            let more = handle.availableData
            if more.isEmpty { return nil }
            bytes += more
        }
    }
}
