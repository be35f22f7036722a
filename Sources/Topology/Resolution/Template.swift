/// Text with `{…}` in it.
///
/// `{index}` from 1, `{rank}` from 0, `{5557+rank}`, `{rank:le16}` two bytes little-endian, `{session}`, and references
/// `{NODE.SOCKET}`, `{NODE.SOCKET.port}`, `.host`, `.path`. Braces may nest: `{api-{index}.input}`. `{{x}}` is `{x}`;
/// braces around anything that is not made of letters, digits and `_ . + - :` stand for themselves, as in JSON or awk.
enum Template {
    /// What `{…}` may stand for, for one replica.
    struct Scope {
        /// From 0.
        var rank: Int
        var session: String
        /// The text of a reference, such as `scheduler.frontend.port`.
        var reference: (String) throws(Complaint) -> String
    }

    static func text(_ template: String, _ scope: Scope) throws(Complaint) -> String {
        guard template.utf8.contains(0x7B) else { return template }
        let bytes = try bytes(template, scope)
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw Complaint(
                message: "this makes bytes that are no text", help: "{rank:le16} is for routing ids and topics")
        }
        return text
    }

    static func bytes(_ template: String, _ scope: Scope) throws(Complaint) -> [UInt8] {
        let input = Array(template.utf8)
        var position = 0
        return try expand(input, &position, scope, nested: false)
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")

    /// Up to the end, or, nested, up to the closing brace (which is not taken).
    private static func expand(
        _ input: [UInt8], _ position: inout Int, _ scope: Scope, nested: Bool
    ) throws(Complaint) -> [UInt8] {
        var output: [UInt8] = []
        while position < input.count {
            let byte = input[position]
            if byte == close, nested { return output }
            guard byte == open else {
                output.append(byte)
                position += 1
                continue
            }
            if let escaped = escapedName(input, at: position) {
                output += escaped
                position += escaped.count + 2
                continue
            }
            guard isPlaceholder(input, at: position) else {
                output.append(byte)
                position += 1
                continue
            }
            position += 1
            let inner = try expand(input, &position, scope, nested: true)
            position += 1
            output += try value(String(decoding: inner, as: UTF8.self), scope)
        }
        return output
    }

    /// `{x}` out of `{{x}}`.
    private static func escapedName(_ input: [UInt8], at position: Int) -> ArraySlice<UInt8>? {
        guard position + 1 < input.count, input[position + 1] == open else { return nil }
        var end = position + 2
        while end < input.count, isNameByte(input[end]) { end += 1 }
        guard end > position + 2, end + 1 < input.count, input[end] == close, input[end + 1] == close else {
            return nil
        }
        return input[(position + 1)...end]
    }

    /// Whether a name, perhaps with placeholders inside, and a closing brace follow.
    private static func isPlaceholder(_ input: [UInt8], at position: Int) -> Bool {
        var depth = 0
        var index = position
        while index < input.count {
            let byte = input[index]
            if byte == open {
                depth += 1
            } else if byte == close {
                depth -= 1
                if depth == 0 { return index > position + 1 }
            } else if !isNameByte(byte) {
                return false
            }
            index += 1
        }
        return false
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private static func value(_ name: String, _ scope: Scope) throws(Complaint) -> [UInt8] {
        if name == "session" { return Array(scope.session.utf8) }
        var expression = name
        var littleEndian = false
        if name.hasSuffix(":le16") {
            expression = String(name.dropLast(5))
            littleEndian = true
        }
        if let number = number(expression, scope) {
            guard littleEndian else { return Array(String(number).utf8) }
            guard let short = UInt16(exactly: number) else {
                throw Complaint(message: "\(number) does not fit in the two bytes of {\(name)}")
            }
            return [UInt8(truncatingIfNeeded: short), UInt8(truncatingIfNeeded: short >> 8)]
        }
        if name.contains("."), !name.contains(":"), !name.contains("+") {
            return Array(try scope.reference(name).utf8)
        }
        let names = ["index", "rank", "session", "rank:le16", "index:le16"]
        throw Complaint(
            message: "{\(name)} stands for nothing",
            help: nearest(to: name, in: names).map { "did you mean \"{\($0)}\"?" }
                ?? "there are {index}, {rank}, {5557+rank}, {rank:le16}, {session}, {NODE.SOCKET}; write {{\(name)}} for the text itself"
        )
    }

    /// `rank`, `index`, `5557+rank`, `rank+1`: a sum.
    private static func number(_ expression: String, _ scope: Scope) -> Int? {
        var sum = 0
        for term in expression.split(separator: "+", omittingEmptySubsequences: false) {
            switch term {
            case "rank": sum += scope.rank
            case "index": sum += scope.rank + 1
            default:
                guard let number = Int(term), number >= 0, number < 1 << 40 else { return nil }
                sum += number
            }
        }
        return sum
    }
}
