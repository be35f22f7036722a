/// An endpoint as libzmq writes it, taken apart so that two spellings of one place are seen to be one.
struct Endpoint: Hashable {
    /// As written.
    let text: String
    /// `tcp`, `ipc`, `inproc`; empty when the text has no scheme.
    let transport: String
    /// What follows the scheme, without the port: `localhost` is `127.0.0.1`, a wildcard is `*`.
    let place: String
    /// tcp only.
    let port: String?

    init(_ text: String) {
        self.text = text
        let parts = Endpoint.split(text, at: "://")
        transport = parts.map { String($0.0) } ?? ""
        var rest = parts?.1 ?? Substring(text)
        guard transport == "tcp" || transport == "ws" else {
            place = String(rest)
            port = nil
            return
        }
        if let source = rest.firstIndex(of: ";") { rest = rest[rest.index(after: source)...] }
        guard let colon = rest.lastIndex(of: ":") else {
            place = String(rest)
            port = nil
            return
        }
        port = String(rest[rest.index(after: colon)...])
        var host = String(rest[..<colon])
        if host.hasPrefix("[") && host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasPrefix("::ffff:") { host = String(host.dropFirst(7)) }
        switch host {
        case "localhost": place = "127.0.0.1"
        case "0.0.0.0", "::", "*": place = "*"
        default: place = host
        }
    }

    private static func split(_ text: String, at separator: String) -> (Substring, Substring)? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(separator) {
                return (text[..<index], text[text.index(index, offsetBy: separator.count)...])
            }
            index = text.index(after: index)
        }
        return nil
    }

    /// Whether both name one place; a wildcard is every host.
    func matches(_ other: Endpoint) -> Bool {
        if text == other.text { return !text.isEmpty }
        guard transport == other.transport, port == other.port, !text.isEmpty, !other.text.isEmpty else { return false }
        return place == other.place || (port != nil && (place == "*" || other.place == "*"))
    }

    /// One spelling for an address of a connection, as a key.
    var key: String { port.map { "\(transport)://\(place):\($0)" } ?? text }
}
