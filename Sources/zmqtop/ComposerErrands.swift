import Dashboard
import Foundation
import RunDirectory
import Telemetry

/// What the composer wants done outside: files read, drafts kept, a node's own socket told to send. On the loop's thread.
final class ComposerErrands {
    /// Of a file for a frame.
    private static let mostBytes = 64 << 20
    /// Seconds that a node's thread has to come by.
    private static let patience = 30.0

    private let scene: any Scene
    private let mailbox: Mailbox
    private var order: InjectionThroughTap?

    init(_ scene: any Scene, _ mailbox: Mailbox) {
        self.scene = scene
        self.mailbox = mailbox
        loadDrafts()
    }

    /// Tells how the order stands; after each look at the session.
    func look() {
        guard let order else { return }
        switch order.progress {
        case .waits(let sentence, _): mailbox.post(.order(.waits(sentence)))
        case .sent(let sentence): end(.sent(sentence))
        case .failed(let sentence): end(.failed(sentence))
        }
    }

    private func end(_ progress: OrderProgress) {
        order = nil
        mailbox.post(.order(progress))
    }

    func send(as socket: String, _ injection: Injection) {
        guard let collector = scene.collector else {
            return end(.failed("Only a socket of a session can be told to send; \(socket) is none."))
        }
        do throws(InjectionThroughTap.Refusal) {
            let order = try InjectionThroughTap(
                collector, from: socket, to: injection.target, frames: injection.frames, timeout: Self.patience)
            self.order = order
            if let remark = order.remark { mailbox.post(.message(remark + ".")) }
        } catch {
            end(.failed(error.description))
        }
    }

    func read(_ paths: [String]) {
        var files: [String: [UInt8]] = [:]
        for path in paths {
            let file = (path as NSString).expandingTildeInPath
            let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
            guard size <= Self.mostBytes else {
                return mailbox.post(.files([:], problem: "\(path) has \(size) bytes; a frame takes \(Self.mostBytes)."))
            }
            guard let data = FileManager.default.contents(atPath: file) else {
                return mailbox.post(.files([:], problem: "\(path) cannot be read: is there such a file?"))
            }
            files[path] = Array(data)
        }
        mailbox.post(.files(files, problem: nil))
    }

    // MARK: Drafts

    private static var file: String? {
        let environment = ProcessInfo.processInfo.environment
        let state = environment["XDG_STATE_HOME"] ?? environment["HOME"].map { $0 + "/.local/state" }
        return state.map { $0 + "/zmqtop/templates.json" }
    }

    private func loadDrafts() {
        guard let file = Self.file, let data = FileManager.default.contents(atPath: file) else { return }
        do {
            mailbox.post(.drafts(try JSONDecoder().decode([KeptDraft].self, from: data)))
        } catch {
            mailbox.post(.problem("\(file) cannot be understood: what it keeps is left alone, and not offered."))
        }
    }

    func keep(_ drafts: [KeptDraft]) {
        guard let file = Self.file else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(drafts).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            mailbox.post(.problem("\(file) cannot be written: \(error.localizedDescription)"))
        }
    }
}
