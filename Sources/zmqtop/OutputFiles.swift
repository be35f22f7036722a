import Dashboard
import Foundation
import RunDirectory

/// The last lines that a node wrote, from the files in its run directory.
enum OutputFiles {
    /// Bytes read from a file's end.
    private static let most = 16 * 1024
    /// Lines of each file.
    private static let lines = 40

    /// What a node wrote last; nil where nothing is kept of what it writes.
    static func tail(of node: String, in layout: RunLayout) -> NodeOutput? {
        // The name comes from a segment, which any process of ours may have written.
        guard !node.contains("/"), !node.hasPrefix(".") else { return nil }
        let (lines, errors) = (tail(layout.standardOutput(node)), tail(layout.standardError(node)))
        guard lines != nil || errors != nil else { return nil }
        return NodeOutput(node: node, lines: lines ?? [], errors: errors ?? [])
    }

    private static func tail(_ path: String) -> [String]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let size = try? file.seekToEnd() else { return [] }
        let start = size > UInt64(most) ? size - UInt64(most) : 0
        guard (try? file.seek(toOffset: start)) != nil, let data = try? file.read(upToCount: most) else { return [] }
        var found = String(decoding: data, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if found.last?.isEmpty == true { found.removeLast() }
        // The first one may be the end of a longer one.
        if start > 0, found.count > 1 { found.removeFirst() }
        return found.suffix(lines).map { String($0.prefix(1000)) }
    }
}
