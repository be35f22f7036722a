import FoundationEssentials
import Glibc

/// The terminal's description as ncurses is to have it: without REP (repeat the last character) and without moving rows
/// about. Terminals and multiplexers that call themselves xterm often lack the one or the other, and show holes and
/// remains then; moved rows flicker; and a dashboard gains next to nothing by either. ncurses offers no option for that.
enum TerminalDescription {
    /// Runs `body` while TERMINFO holds such a description of the terminal; where none is found it runs all the same.
    static func withCautious<Result>(_ name: String, _ body: () -> Result) -> Result {
        guard let cautious = cautious(name) else { return body() }
        let before = getenv("TERMINFO").map { String(cString: $0) }
        setenv("TERMINFO", "b64:" + Data(cautious).base64EncodedString(), 1)
        defer {
            if let before { setenv("TERMINFO", before, 1) } else { unsetenv("TERMINFO") }
        }
        return body()
    }

    /// The terminal's compiled description, without them; nil where none is found.
    static func cautious(_ name: String) -> [UInt8]? {
        find(name).flatMap { without(stringsAt: unwanted, in: $0) }
    }

    /// Places among a description's strings (term.h): delete_line, parm_delete_line, insert_line, parm_insert_line,
    /// change_scroll_region, parm_index, parm_rindex, repeat_char.
    private static let unwanted = [22, 106, 53, 110, 3, 109, 113, 121]

    /// Where descriptions are looked for (terminfo(5), "Fetching Compiled Descriptions").
    private static func find(_ name: String) -> [UInt8]? {
        guard let first = name.utf8.first, !name.contains("/") else { return nil }
        let home = getenv("HOME").map { String(cString: $0) + "/.terminfo" }
        let own = getenv("TERMINFO").map { String(cString: $0) }
        let listed = getenv("TERMINFO_DIRS").map { String(cString: $0).split(separator: ":").map(String.init) } ?? []
        let folders =
            [own, home].compactMap { $0 } + listed + ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo"]
        for folder in folders {
            for sub in [String(UnicodeScalar(first)), String(first, radix: 16)] {
                if let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(sub)/\(name)")) { return Array(data) }
            }
        }
        return nil
    }

    /// A compiled description (term(5)) in which these strings are absent; nil when it is none.
    static func without(stringsAt places: [Int], in description: [UInt8]) -> [UInt8]? {
        func short(_ offset: Int) -> Int {
            offset + 1 < description.count ? Int(description[offset]) | Int(description[offset + 1]) << 8 : -1
        }
        let numberSize: Int
        switch short(0) {
        case 0o432: numberSize = 2
        case 0o1036: numberSize = 4
        default: return nil
        }
        let (names, flags, numbers, strings) = (short(2), short(4), short(6), short(8))
        var start = 12 + names + flags
        // Numbers begin at an even place.
        start += start & 1
        start += numbers * numberSize
        guard names > 0, strings >= 0, start + 2 * strings <= description.count else { return nil }
        var result = description
        for place in places where place < strings {
            result[start + 2 * place] = 0xFF
            result[start + 2 * place + 1] = 0xFF
        }
        return result
    }
}
