import Payload
import RunDirectory
import Telemetry
import TerminalUI

extension DashboardState {
    /// Least seconds between two sampled messages of a socket and direction that the loop is to ask the taps for; nil while
    /// nobody looks at messages.
    public var sampling: Double? { screen == .messages ? samplingLevel.interval : nil }

    /// The message that is selected or opened; with none selected, the newest.
    var selectedMessage: MessageLog.Entry? {
        if case .message(let id)? = detail { return shown.messages.entry(id) }
        if case .message(let id)? = selections[.messages]?.subject { return shown.messages.entry(id) }
        guard case .message(let id)? = rows(of: .messages).last else { return nil }
        return shown.messages.entry(id)
    }

    mutating func nextSamplingLevel() {
        guard canSample else {
            say("Nothing is copied here: zmqtop did not start these programs.", isProblem: true)
            return
        }
        let all = SamplingLevel.allCases
        samplingLevel = all[((all.firstIndex(of: samplingLevel) ?? 0) + 1) % all.count]
        say("Samples: \(samplingLevel.title). \(keymap.key(for: .sampling)) goes on.")
    }

    /// The messages of what is selected.
    mutating func showMessages() {
        let name: String? =
            switch selected {
            case .node(let name): name + "."
            case .socket(let id), .link(let id): id
            case .group(let name): name + "-"
            case .edge, .event, .message, nil: nil
            }
        show(.messages)
        guard let name else { return }
        filter = Filter(name)
        selections[.messages] = Selection()
        let whose = name.hasSuffix(".") || name.hasSuffix("-") ? String(name.dropLast()) : name
        say("Messages of \(whose). \(keymap.key(for: .back)) shows all.")
    }

    // MARK: What can be done with one

    /// Bytes that are copied at most: terminals take no more at once.
    private static let longestCopy = 74_000

    /// The payload as text where it is text, else all its bytes in hexadecimal.
    mutating func copyMessage() -> [Effect] {
        guard let entry = selectedMessage else {
            say("No message is selected.", isProblem: true)
            return []
        }
        let parts = entry.parts.filter { !$0.isRouting }
        var text = parts.map { part in
            switch part.reading.format {
            case .text, .json, .word: String(decoding: part.frame.bytes, as: UTF8.self)
            default: Visible.hex(part.frame.bytes)
            }
        }.joined(separator: "\n")
        let cut = parts.contains { $0.frame.isCutOff } || entry.message.frames.count < entry.message.frameCount
        let size = text.utf8.count
        if size > Self.longestCopy {
            // Rounded down to a whole character.
            text = String(text[..<text.utf8.index(text.startIndex, offsetBy: Self.longestCopy)])
            say("Copied the first \(Format.count(text.utf8.count)) of \(Format.count(size)) bytes of the payload.")
        } else {
            let note = cut ? ", as far as they were kept" : ""
            say("Copied \(Format.count(size)) bytes of the payload\(note).")
        }
        return [.copy(text)]
    }

    /// Sends the message once more, to the socket that got it.
    mutating func sendAgain() -> [Effect] {
        guard let entry = selectedMessage else {
            say("No message is selected.", isProblem: true)
            return []
        }
        guard !readOnly else {
            say("Read-only: nothing is injected. Run zmqtop without --read-only to inject.", isProblem: true)
            return []
        }
        do throws(Refusal) {
            let injection = try resent(entry.message)
            say("Sends it again to \(injection.target) …")
            return [.inject(injection)]
        } catch {
            say(error.text, isProblem: true)
            return []
        }
    }

    /// Opens the composer with the message's frames.
    mutating func editMessage() {
        guard let entry = selectedMessage else {
            say("No message is selected.", isProblem: true)
            return
        }
        openComposer()
        guard overlay == .composer else { return }
        composer.frames = FrameInputs(payload(entry.message).map { FrameText.typed($0.bytes) })
        do throws(Refusal) {
            let injection = try resent(entry.message)
            composer.target = TextInput(injection.target)
            composer.type = injection.type
        } catch {
            composer.problem = error.text
        }
    }

    /// The frames as a peer would send them: without the identity that a ROUTER puts in front.
    private func payload(_ message: SampledMessage) -> [SampledMessage.Frame] {
        message.type == "ROUTER" && message.frames.count > 1 ? Array(message.frames.dropFirst()) : message.frames
    }

    private func resent(_ message: SampledMessage) throws(Refusal) -> Injection {
        guard message.frames.count == message.frameCount, message.frames.allSatisfy({ $0.bytes.count == $0.size })
        else {
            throw Refusal(
                text: "Only the first bytes of this message were kept: it cannot be sent again as it was.")
        }
        let target = message.direction == .received ? message.socket : message.peer
        guard let target else {
            throw Refusal(text: "It is not known which socket got this message.")
        }
        guard boundSockets.contains(target) else {
            let edit = keymap.key(for: .edit)
            throw Refusal(
                text:
                    "\(target) only connects: no fresh peer can reach it. \(edit) edits; send it to \(bound(near: target))."
            )
        }
        let types = Composer.types(reaching: socketType(target))
        let type = message.direction == .sent ? message.type : nil
        return Injection(
            target: target, type: type.flatMap { types.contains($0) ? $0 : nil },
            frames: payload(message).map(\.bytes), reply: 2)
    }

    private func bound(near socket: String) -> String {
        live.links.first { $0.from == socket }?.to ?? "a socket that is bound"
    }
}

extension FrameText {
    /// A frame as the composer takes it: text, or `hex:` where that would not come back the same. What a message holds
    /// never becomes the path of a file that is read, nor a variable: an `@` in front, `{n}` and its like are written twice.
    static func typed(_ bytes: [UInt8]) -> String {
        let text = String(validating: MessageTemplate.literal(bytes), as: UTF8.self)
        let isPlain = text?.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ?? false
        if let text, isPlain, !text.hasPrefix("hex:") { return text.hasPrefix("@") ? "@" + text : text }
        return "hex:" + Visible.hex(bytes)
    }
}
