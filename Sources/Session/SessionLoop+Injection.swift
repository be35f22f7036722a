import FoundationEssentials
import Glibc
package import RunDirectory

/// Reads what an injector prints, for who asked for the injection.
final class InjectionFollower {
    let name: String
    let asker: Asker
    private let path: String
    private var file: Int32 = -1
    private var bytes: [UInt8] = []
    /// What the injector says it failed of.
    var failure: String?

    init(name: String, asker: Asker, path: String) {
        self.name = name
        self.asker = asker
        self.path = path
    }

    deinit { if file >= 0 { close(file) } }

    /// The events that have come since the last time.
    func events() -> [InjectionEvent] {
        if file < 0 { file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
        guard file >= 0 else { return [] }
        var got = 0
        repeat {
            bytes += [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                got = read(file, buffer.baseAddress!, buffer.count)
                count = max(0, got)
            }
        } while got > 0
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = bytes[..<end].split(separator: UInt8(ascii: "\n"))
        bytes.removeFirst(end + 1)
        return lines.compactMap { try? JSONDecoder().decode(InjectionEvent.self, from: Data($0)) }
    }
}

extension SessionLoop {
    /// How long an injector that has ended stays in the list, so that its figures can be read.
    private static let afterglow: UInt64 = 10_000_000_000

    /// Starts the node `inject-N` that does it.
    func inject(_ injection: Injection, for asker: Asker) {
        do {
            let plan = try InjectionPlan(injection, in: topology)
            nodes.removeAll { $0.leavesAt != nil }
            injectionCount += 1
            let node = plan.node(name: "inject-\(injectionCount)", injection)
            try replaceFile(layout.node(node.name), withJSON: node)
            let managed = ManagedNode(node)
            nodes.append(managed)
            injections[node.name] = InjectionFollower(
                name: node.name, asker: asker, path: layout.standardOutput(node.name))
            start(managed, now: now())
        } catch {
            reply(.error("\(error)"), to: asker)
        }
    }

    /// Passes on what an injector has printed.
    func tell(_ follower: InjectionFollower) {
        for event in follower.events() {
            if case .failed(let reason) = event { follower.failure = reason }
            reply(.event(event), to: follower.asker)
        }
    }

    func injectorEnded(_ node: ManagedNode) {
        node.leavesAt = now() + Self.afterglow
        if let follower = injections[node.node.name] { finish(follower) }
    }

    /// The last reply to an injection.
    func finish(_ follower: InjectionFollower) {
        injections[follower.name] = nil
        tell(follower)
        let status = node(named: follower.name)?.status
        if let failure = follower.failure ?? (status?.state == .failed ? status?.reason : nil) {
            reply(.error(failure), to: follower.asker)
        } else {
            reply(.done(nodes: [follower.name]), to: follower.asker)
        }
    }
}

extension InjectionPlan {
    /// The injector's node: one socket that connects to the target.
    package func node(name: String, _ injection: Injection) -> ResolvedNode {
        var injection = injection
        injection.target = target
        injection.type = type
        return ResolvedNode(
            name: name, program: .builtin(kind: "injector"), workingDirectory: "/",
            sockets: [
                ResolvedSocket(
                    name: "socket", type: type, connects: [ResolvedConnect(endpoint: endpoint, target: target)])
            ],
            behavior: injection.behavior)
    }
}
