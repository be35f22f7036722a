import CNcurses
import TerminalUI

/// Turns cells into the scalars that ncurses is given, so that ncurses, the C library and the terminal agree on the
/// columns. They know no grapheme clusters: an emoji made of several (joined, with a skin colour) is drawn as its first,
/// a flag as its two letters, and what the C library does not know at all as `?`.
struct CellRenderer {
    /// The scalars collected since ``begin()``.
    private(set) var text: [wchar_t] = []
    private var known: [Character: [wchar_t]] = [:]
    private let unicode: Bool

    /// Renders everything, or, when `unicode` is false, `?` for all that is not ASCII.
    init(unicode: Bool) {
        self.unicode = unicode
    }

    private static let space = wchar_t(0x20)
    private static let unknown = wchar_t(0x3F)

    private static func unknown(width: Int) -> [wchar_t] {
        [unknown] + Array(repeating: space, count: width - 1)
    }

    /// Begins anew.
    mutating func begin() {
        text.removeAll(keepingCapacity: true)
    }

    /// Adds a cell; one that is wider than `room` becomes a space.
    mutating func add(_ cell: Cell, room: Int) {
        guard cell.width > 0, Int(cell.width) <= room else { return text.append(CellRenderer.space) }
        if let ascii = cell.text.asciiValue { return text.append(wchar_t(ascii)) }
        if let scalars = known[cell.text] { return text.append(contentsOf: scalars) }
        let scalars = unicode ? CellRenderer.scalars(of: cell) : CellRenderer.unknown(width: Int(cell.width))
        if known.count > 4096 { known.removeAll() }
        known[cell.text] = scalars
        text.append(contentsOf: scalars)
    }

    private static func scalars(of cell: Cell) -> [wchar_t] {
        let width = Int(cell.width)
        var result: [wchar_t] = []
        var columns = 0
        for scalar in cell.text.unicodeScalars {
            // Joiners and variation selectors would make some terminals merge what follows, and others not.
            if scalar.value == 0x200D || (0xFE00...0xFE0F).contains(scalar.value) { continue }
            var drawn = wchar_t(scalar.value)
            // Regional indicators come in pairs: the letters of a country.
            if (0x1F1E6...0x1F1FF).contains(scalar.value) {
                drawn = wchar_t(scalar.value - 0x1F1E6 + 0x41)
            }
            let own = Int(cn_width(drawn))
            // ncurses keeps five scalars a cell.
            guard own >= 0, columns + own <= width, result.count < 5, own > 0 || columns > 0 else { break }
            result.append(drawn)
            columns += own
        }
        if columns == 0 { return unknown(width: width) }
        return result + Array(repeating: space, count: width - columns)
    }
}
