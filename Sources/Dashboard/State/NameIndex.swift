import Telemetry
import TerminalUI

/// Where in a snapshot each name stands, and what follows from names, kinds and groups alone. They seldom change from one
/// snapshot to the next, so it is made anew only then.
struct NameIndex: Equatable, Sendable {
    /// Columns that the longest name of each kind takes; of links both ends together, without the arrow.
    struct Widths: Equatable, Sendable {
        var node = 0
        var socket = 0
        var link = 0
        var shortLink = 0
    }

    /// Places of sockets; nil for an end that is none.
    struct Ends: Equatable, Sendable {
        var from: Int?
        var to: Int?
    }

    struct ShortName: Equatable, Sendable {
        var from: String
        var to: String
    }

    private(set) var node: [String: Int] = [:]
    private(set) var socket: [String: Int] = [:]
    private(set) var link: [String: Int] = [:]
    private(set) var socketsOfNode: [String: [Int]] = [:]
    private(set) var linksAtSocket: [String: [Int]] = [:]
    /// Of each socket the place of its node.
    private(set) var owners: [Int?] = []
    /// Of each link the places of the sockets at its ends.
    private(set) var ends: [Ends] = []
    /// Of each link.
    private(set) var shortNames: [ShortName] = []
    private(set) var widths = Widths()
    private(set) var nodeNames: [String] = []
    private(set) var socketIds: [String] = []
    private(set) var linkIds: [String] = []
    private var nodeTraits: [NodeTraits] = []
    private var socketTraits: [SocketTraits] = []

    private struct NodeTraits: Equatable {
        var group: String
        var replica: Int?
        var parent: String?

        init(_ node: Snapshot.Node) {
            group = node.group
            replica = node.replica
            parent = node.parent
        }
    }

    /// A socket's type is sometimes learnt only after its name.
    private struct SocketTraits: Equatable {
        var type: String
        var declared: Bool

        init(_ socket: Snapshot.Socket) {
            type = socket.type
            declared = socket.declared
        }
    }

    init() {}

    /// - Returns: whether any name, kind or group is another one, or in another place, than before.
    mutating func update(_ next: Snapshot) -> Bool {
        var isSame =
            next.nodes.count == nodeNames.count && next.sockets.count == socketIds.count
            && next.links.count == linkIds.count
        // By places: nodes, sockets and links are costly to copy, and there may be thousands.
        isSame = isSame && nodeNames.indices.allSatisfy { next.nodes[$0].name == nodeNames[$0] }
        isSame = isSame && socketIds.indices.allSatisfy { next.sockets[$0].id == socketIds[$0] }
        isSame = isSame && linkIds.indices.allSatisfy { next.links[$0].id == linkIds[$0] }
        isSame = isSame && nodeTraits.indices.allSatisfy { NodeTraits(next.nodes[$0]) == nodeTraits[$0] }
        isSame = isSame && socketTraits.indices.allSatisfy { SocketTraits(next.sockets[$0]) == socketTraits[$0] }
        guard !isSame else { return false }
        nodeTraits = next.nodes.map(NodeTraits.init)
        socketTraits = next.sockets.map(SocketTraits.init)
        nodeNames = next.nodes.map(\.name)
        socketIds = next.sockets.map(\.id)
        linkIds = next.links.map(\.id)
        node = Self.places(nodeNames)
        socket = Self.places(socketIds)
        link = Self.places(linkIds)
        socketsOfNode = Dictionary(grouping: next.sockets.indices, by: { next.sockets[$0].node })
        owners = next.sockets.map { node[$0.node] }
        linksAtSocket = [:]
        for (place, link) in next.links.enumerated() {
            for end in Set([link.from, link.to]) { linksAtSocket[end, default: []].append(place) }
        }
        ends = next.links.map { Ends(from: socket[$0.from], to: socket[$0.to]) }
        shortNames = next.links.map { shortName($0, next) }
        widths = Widths(
            node: nodeNames.map(TextWidth.of).max() ?? 0, socket: socketIds.map(TextWidth.of).max() ?? 0,
            link: next.links.map { TextWidth.of($0.from) + TextWidth.of($0.to) }.max() ?? 0,
            shortLink: shortNames.map { TextWidth.of($0.from) + TextWidth.of($0.to) }.max() ?? 0)
        return true
    }

    /// The first of equal names stands.
    private static func places(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// `engine-1`, `backend`: the node that connects, the socket that it connects to; `api-1.input` where there are several
    /// of its name.
    private func shortName(_ link: Snapshot.Link, _ next: Snapshot) -> ShortName {
        let from = socket[link.from].map { next.sockets[$0].node } ?? link.from
        guard let to = socket[link.to].map({ next.sockets[$0] }), to.declared,
            let owner = node[to.node], next.nodes[owner].replica == nil
        else { return ShortName(from: from, to: link.to) }
        return ShortName(from: from, to: to.name)
    }
}
