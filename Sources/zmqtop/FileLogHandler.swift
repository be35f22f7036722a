import Foundation
import Logging
import Synchronization

/// Writes log lines to `FOLDER/zmqtop.log`, mode 0600; past 1 MiB the file is begun anew and the old one kept beside it.
struct FileLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let file: LogFile

    /// - Returns: nil when the folder or the file cannot be made: zmqtop then works without a log.
    init?(folder: String) {
        guard let file = LogFile(folder: folder) else { return nil }
        self.file = file
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        file.write("\(time) \(event.level) [\(getpid())] \(event.message)\n")
    }
}

private final class LogFile: Sendable {
    private static let limit = 1 << 20
    private let descriptor: Int32

    init?(folder: String) {
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = folder + "/zmqtop.log"
        var status = stat()
        if stat(path, &status) == 0, status.st_size > Self.limit { rename(path, path + ".old") }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if descriptor < 0 { return nil }
    }

    func write(_ line: String) {
        // One write a line: several sessions may share the file.
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
