import Glibc
import RunDirectory

extension NodeStatus.Exit {
    /// "exited with status 1", "was killed by SIGKILL".
    var sentence: String {
        if let signal { return "was killed by \(signalName(signal))" }
        return "exited with status \(code ?? 0)"
    }
}

/// The last lines that a process wrote, for the reason of its failure.
enum OutputTail {
    /// From a file's end, but not from before `start` (an earlier run of the node): at most three lines and 400
    /// letters, without control characters; nil when there is nothing.
    static func read(_ path: String, from start: Int) -> String? {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let size = fileSize(path)
        let offset = max(start, size - 4096)
        guard size > offset else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: size - offset) { buffer, count in
            count = max(0, pread(file, buffer.baseAddress!, buffer.count, off_t(offset)))
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { plain($0) }.filter { !$0.isEmpty }
        let text = lines.suffix(3).joined(separator: " / ")
        return text.isEmpty ? nil : String(text.suffix(400))
    }

    /// Without escape sequences, control and format characters: a terminal gets nothing from it but letters.
    static func plain(_ text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if scalar == "\u{1B}" {
                skipEscape(&scalars)
                continue
            }
            switch scalar.properties.generalCategory {
            case .control: if scalar == "\t" { result.append(" ") }
            case .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: break
            default: result.append(scalar)
            }
        }
        let text = String(result)
        guard let first = text.firstIndex(where: { $0 != " " }), let last = text.lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(text[first...last])
    }

    /// CSI (`ESC [ … letter`) whole, else the one character after ESC.
    private static func skipEscape(_ scalars: inout some IteratorProtocol<Unicode.Scalar>) {
        guard scalars.next() == "[" else { return }
        while let scalar = scalars.next(), !("@"..."~").contains(scalar) {}
    }
}
