import TerminalUI
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The themes that come with the program: whole, readable, and not said by colour alone.
struct ThemeFilesTests {
    static let names = ["night", "day", "solarized", "gruvbox", "high-contrast", "colorblind", "mono"]
    /// Those with colours.
    static let coloured = names.filter { $0 != "mono" }
    static let states: [Theme.Role] = [.good, .busy, .paused, .warning, .bad]

    /// The entries of a bundled file; each stands on a line of its own, in quotes.
    static func entries(_ name: String) throws -> [String: String] {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let file = try #require(fopen(folder + "/themes/\(name).yaml", "r"), "\(name)")
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        var entries: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "\"")
            try #require(parts.count >= 2, "\(line)")
            entries[String(parts[0].dropLast(2))] = String(parts[1])
        }
        return entries
    }

    static func theme(_ name: String) throws -> Theme { try Theme(name: name, entries: entries(name)) }

    @Test(arguments: names)
    func everyStyleIsNamed(_ name: String) throws {
        _ = try Self.theme(name)
        let entries = try Self.entries(name)
        #expect(Set(entries.keys) == Set(Theme.Role.allCases.map(\.rawValue)))
    }

    /// WCAG 2.2: text wants 4.5 to 1 (AA), what is drawn and not read 3 to 1 (1.4.11). What stands back on purpose (dim,
    /// hints, heads of columns) has 4 to 1, a selected or lifted line 3 to 1 for its colours, frames and quiet links are
    /// meant to be faint, and still seen.
    @Test(arguments: coloured)
    func whatIsReadCanBeRead(_ name: String) throws {
        let theme = try Self.theme(name)
        let ground = Self.ground(theme)
        let isStrong = name == "high-contrast"
        for role in Theme.Role.allCases {
            let least: Double =
                switch role {
                case .dim, .hint, .header: isStrong ? 7 : 4
                case .border: isStrong ? 4.5 : 1.5
                case .edgeIdle: isStrong ? 4.5 : 2
                case .focus, .edge, .edgeDown, .node, .sparkline, .stageSend, .stageKernel, .stageReceive: 3
                default: isStrong ? 7 : 4.5
                }
            let style = theme[role]
            let ratio = Self.contrast(Self.text(style, theme), style.background ?? ground)
            #expect(ratio >= least, "\(name): \(role.rawValue) has \(ratio), and needs \(least)")
        }
        for lifted in [Theme.Role.selection, .popup, .input] {
            guard let background = theme[lifted].background else { continue }
            for role in [Theme.Role.text, .dim, .accent, .key, .hint] + Self.states {
                let ratio = Self.contrast(Self.text(theme[role], theme), background)
                #expect(ratio >= 3, "\(name): \(role.rawValue) on \(lifted.rawValue) has \(ratio)")
            }
        }
    }

    /// Where there are few colours the states still have five, and none is the background's or the text's.
    @Test(arguments: coloured, [ColorDepth.trueColor, .indexed256, .sixteen])
    func statesDiffer(_ name: String, _ depth: ColorDepth) throws {
        let theme = try Self.theme(name).adapted(to: depth)
        let colours = Self.states.map { theme[$0].degraded(to: depth).foreground }
        #expect(Set(colours).count == colours.count, "\(colours)")
        let text = theme[.text].degraded(to: depth)
        for (role, colour) in zip(Self.states, colours) {
            #expect(colour != text.foreground, "\(role.rawValue) looks like text")
            #expect(colour != Self.ground(theme).degraded(to: depth), "\(role.rawValue) cannot be seen")
        }
        #expect(theme[.selection].degraded(to: depth) != .plain)
        for role in [Theme.Role.dim, .hint, .border, .header, .edgeIdle] {
            #expect(theme[role].degraded(to: depth).foreground != Self.ground(theme).degraded(to: depth), "\(role)")
        }
    }

    /// Without colours weight and underline say what they can, and mono is the same with and without.
    @Test func withoutColoursBadStandsOut() throws {
        for name in Self.names {
            let theme = try Self.theme(name).adapted(to: .none)
            let styles = [theme[.text], theme[.warning], theme[.bad], theme[.dim], theme[.selection]]
            #expect(Set(styles).count == styles.count, "\(name)")
        }
        let mono = try Self.theme("mono")
        for role in Theme.Role.allCases {
            for colour in [mono[role].foreground, mono[role].background] {
                #expect(colour == nil || colour == .standard)
            }
        }
    }

    /// What people see who lack one kind of cones (Machado, Oliveira and Fernandes, 2009, severity 1): the states stay
    /// apart by at least 14 of CIELAB's units, of which 2.3 can just be noticed.
    @Test(arguments: Sight.allCases)
    func colorblindIsSafe(_ sight: Sight) throws {
        let theme = try Self.theme("colorblind")
        let seen = (Self.states + [.text]).map { (role: $0, lab: sight.lab(Self.text(theme[$0], theme))) }
        for (index, one) in seen.enumerated() {
            for other in seen[(index + 1)...] {
                let apart = zip(one.lab, other.lab).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
                #expect(apart >= 14, "\(sight): \(one.role) and \(other.role) are \(apart) apart")
            }
        }
    }

    /// What a theme is drawn on: its own background, else a dark terminal.
    private static func ground(_ theme: Theme) -> Color { theme[.text].background ?? .rgb(0, 0, 0) }

    private static func text(_ style: Style, _ theme: Theme) -> Color {
        style.foreground ?? theme[.text].foreground ?? .rgb(255, 255, 255)
    }

    /// WCAG's ratio, from 1 to 21.
    private static func contrast(_ one: Color, _ other: Color) -> Double {
        let lights = [one, other].map { color in
            let (red, green, blue) = linear(color)
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue
        }
        return ((lights.max() ?? 0) + 0.05) / ((lights.min() ?? 0) + 0.05)
    }

    /// Red, green and blue from 0 to 1, as light.
    fileprivate static func linear(_ color: Color) -> (Double, Double, Double) {
        guard case .rgb(let red, let green, let blue) = color.components else { return (0, 0, 0) }
        func light(_ value: UInt8) -> Double {
            let part = Double(value) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return (light(red), light(green), light(blue))
    }
}

/// How a colour is seen.
enum Sight: CaseIterable {
    case full, withoutRed, withoutGreen, withoutBlue

    private var matrix: [[Double]] {
        switch self {
        case .full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        case .withoutRed:
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        case .withoutGreen:
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        case .withoutBlue:
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        }
    }

    /// The colour in CIELAB, as it is seen.
    func lab(_ color: Color) -> [Double] {
        let light = ThemeFilesTests.linear(color)
        let seen = matrix.map { row in
            min(1, max(0, row[0] * light.0 + row[1] * light.1 + row[2] * light.2))
        }
        func curve(_ value: Double) -> Double {
            value > 0.008856 ? pow(value, 1.0 / 3) : 7.787 * value + 16.0 / 116
        }
        let x = curve((0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.9505)
        let y = curve(0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2])
        let z = curve((0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.089)
        return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
    }
}
