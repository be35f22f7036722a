import Glibc
import RunDirectory

/// What a kind does: it opens its sockets in its initialiser, and works in `run` until a signal says to stop.
protocol NodeProgram {
    init(_ node: ResolvedNode) throws
    mutating func run() throws
}

/// One built-in node as a process of its own.
public enum NodeProcess {
    private static var programs: [String: any NodeProgram.Type] {
        [
            "client": ClientNode.self, "scheduler": SchedulerNode.self, "engine": EngineNode.self,
            "source": SourceNode.self, "worker": WorkerNode.self, "sink": SinkNode.self,
            "injector": InjectorNode.self,
        ]
    }

    /// The kinds that `run` knows, in alphabetical order.
    public static var kinds: [String] { programs.keys.sorted() }

    /// Runs the node that a file (a `ResolvedNode` as JSON) describes, and blocks until it is told to end: TERM and INT
    /// end it, USR1 makes it quiet, USR2 lets it go on. What its sockets accepted has 200 ms to leave, unless they have
    /// a linger of their own.
    ///
    /// Call it on the main thread, once, before any other thread exists: it takes over the process's signals.
    ///
    /// - Returns: the exit status: 0 after a signal (an injector: when its work is done), 1 after an error, which then
    ///   stands on standard error as one sentence.
    public static func run(file path: String) -> Int32 {
        Signals.install()
        var name = path
        do {
            let node = try read(path)
            name = node.name
            guard case .builtin(let kind) = node.program else {
                throw NodeError("only built-in kinds run here, and this is a node of kind \(node.kind)")
            }
            guard let type = programs[kind] else {
                throw NodeError("there is no kind '\(kind)'; there are \(kinds.joined(separator: ", "))")
            }
            var program = try type.init(node)
            try program.run()
            return 0
        } catch {
            complain("\(name): \(error)\n")
            return 1
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
