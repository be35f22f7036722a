public import TerminalUI

extension Key {
    /// A key as a configuration writes it: `x`, `X`, `?`, `ctrl-x`, `alt-x`, `space`, `enter`, `esc`, `tab`, `shift-tab`,
    /// `backspace`, `delete`, `insert`, `up`, `down`, `left`, `right`, `home`, `end`, `pgup`, `pgdn`, `f1` to `f12`; `shift-` goes before those that do
    /// not write. nil: there is no such key.
    public init?(named name: String) {
        if name.count == 1, let character = name.first, TextWidth.of(character) > 0 {
            self.init(character)
            return
        }
        let lower = name.lowercased()
        if let code = Key.codes[lower] {
            self.init(code)
            return
        }
        for prefix in ["ctrl-", "alt-", "shift-"] where lower.hasPrefix(prefix) {
            guard let rest = Key(named: String(name.dropFirst(prefix.count))), !rest.control, !rest.alt, !rest.shift
            else { return nil }
            self = rest
            let control = prefix == "ctrl-"
            let alt = prefix == "alt-"
            shift = !control && !alt
            // Shift is in a character itself, and Shift-Tab is a key of its own.
            if shift {
                switch rest.code {
                case .character, .tab, .backTab: return nil
                default: return
                }
            }
            // A terminal tells no upper case with Ctrl.
            if control, case .character(let character) = rest.code {
                self = Key(Character(character.lowercased()))
            }
            self.control = control
            self.alt = alt
            return
        }
        return nil
    }

    /// Every name that stands for a key, apart from single characters.
    public static let names: [String] = codes.keys.sorted()

    private static let codes: [String: Code] = {
        var codes: [String: Code] = [
            "space": .character(" "), "enter": .enter, "esc": .escape, "escape": .escape, "tab": .tab,
            "shift-tab": .backTab, "backspace": .backspace, "delete": .delete, "insert": .insert, "up": .up,
            "down": .down, "left": .left, "right": .right, "home": .home, "end": .end, "pgup": .pageUp,
            "pgdn": .pageDown, "pageup": .pageUp, "pagedown": .pageDown,
        ]
        for number in 1...12 { codes["f\(number)"] = .function(number) }
        return codes
    }()

    /// The key as it is shown to people.
    public var label: String {
        let name =
            switch code {
            case .character(" "): "Space"
            case .character(let character): control ? character.uppercased() : String(character)
            case .enter: "Enter"
            case .escape: "Esc"
            case .tab: "Tab"
            case .backTab: "Shift-Tab"
            case .backspace: "Backspace"
            case .delete: "Del"
            case .insert: "Ins"
            case .up: "↑"
            case .down: "↓"
            case .left: "←"
            case .right: "→"
            case .home: "Home"
            case .end: "End"
            case .pageUp: "PgUp"
            case .pageDown: "PgDn"
            case .function(let number): "F\(number)"
            }
        return (control ? "Ctrl-" : "") + (alt ? "Alt-" : "") + (shift ? "Shift-" : "") + name
    }
}

extension Command {
    /// Its name in the palette and in a configuration: `next-screen`; with what it is about, `screen-links`.
    var name: String {
        let subject = Mirror(reflecting: self).children.first
        let words = [subject?.label ?? "\(self)", subject.map { "\($0.value)" }].compactMap { $0 }
        return words.map(Self.kebab).joined(separator: "-")
    }

    private static func kebab(_ word: String) -> String {
        var result = ""
        for character in word {
            if character.isUppercase, !result.isEmpty { result += "-" }
            result += character.lowercased()
        }
        return result
    }
}
