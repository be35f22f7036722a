import Glibc
import RunDirectory
import ZeroMQ

/// What a kind does: it opens its sockets in its initialiser, and works in `run` until a signal says to stop.
protocol NodeProgram {
    init(_ node: ResolvedNode, context: Context) throws
    mutating func run() throws
}

/// A process of built-in nodes: of one, or of several that are its threads.
public enum NodeProcess {
    private static var programs: [String: any NodeProgram.Type] {
        [
            "client": ClientNode.self, "scheduler": SchedulerNode.self, "engine": EngineNode.self,
            "source": SourceNode.self, "worker": WorkerNode.self, "sink": SinkNode.self,
            "requester": RequesterNode.self, "replier": ReplierNode.self, "pair": PairNode.self,
            "publisher": PublisherNode.self, "subscriber": SubscriberNode.self, "proxy": ProxyNode.self,
            "injector": InjectorNode.self,
        ]
    }

    /// The kinds that `run` knows, in alphabetical order.
    public static var kinds: [String] { programs.keys.sorted() }

    /// Runs the nodes that files (each a `ResolvedNode` as JSON) describe, and blocks until they are told to end: TERM and
    /// INT end them, USR1 makes them quiet, USR2 lets them go on. What their sockets accepted has 200 ms to leave, unless
    /// they have a linger of their own. One node runs on the main thread; several are threads that share a context, and
    /// end together.
    ///
    /// Call it on the main thread, once, before any other thread exists: it takes over the process's signals.
    ///
    /// - Returns: the exit status: 0 after a signal (an injector: when its work is done), 1 after an error, which then
    ///   stands on standard error as one sentence.
    public static func run(files: [String]) -> Int32 {
        Signals.install()
        var nodes: [ResolvedNode] = []
        for file in files {
            do {
                nodes.append(try read(file))
            } catch {
                complain("\(file): \(error)\n")
                return 1
            }
        }
        do {
            if let node = nodes.first, nodes.count == 1 { return play(node, in: try Context()) ? 0 : 1 }
            return try NodeThread.run(nodes) ? 0 : 1
        } catch {
            complain("\(error)\n")
            return 1
        }
    }

    /// Plays one node on the calling thread, until it is told to end. When it returns its sockets are closed.
    ///
    /// - Returns: whether that went well; else it has said on standard error why not.
    static func play(_ node: ResolvedNode, in context: Context) -> Bool {
        do {
            guard case .builtin(let kind) = node.program else {
                throw NodeError("only built-in kinds run here, and this is a node of kind \(node.kind)")
            }
            guard let type = programs[kind] else {
                throw NodeError("there is no kind '\(kind)'; there are \(kinds.joined(separator: ", "))")
            }
            var program = try type.init(node, context: context)
            try program.run()
            return true
        } catch {
            complain("\(node.name): \(error)\n")
            return false
        }
    }

    private static func read(_ path: String) throws -> ResolvedNode {
        guard let file = fopen(path, "r") else {
            throw NodeError("cannot read the node's file: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16384)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
        do {
            return try JSON(parsing: bytes).decode(ResolvedNode.self)
        } catch let error as JSONError {
            throw NodeError("the node's file is \(error)")
        } catch let DecodingError.dataCorrupted(context) {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw NodeError("the node's file is no resolved node: \(place): \(context.debugDescription)")
        } catch let DecodingError.keyNotFound(key, context) {
            let place = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
            throw NodeError("the node's file is no resolved node: \(place) is missing")
        }
    }

    /// One sentence to standard error.
    public static func complain(_ sentence: String) {
        let bytes = Array("zmqtop-node: \(sentence)".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
