import RunDirectory

/// Kind `injector`.
struct InjectorNode: NodeProgram {
    enum Failure: Error { case reported }
    init(_ node: ResolvedNode, context: Context) throws {}
    mutating func run() throws {}
}
