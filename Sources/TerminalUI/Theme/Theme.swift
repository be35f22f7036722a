/// The named styles of the screens. A theme file names some of them; the rest are the standard ones.
public struct Theme: Hashable, Sendable {
    /// What a style is for.
    public enum Role: String, CaseIterable, Sendable {
        /// Ordinary text; its background, where it has one, is the background of the whole screen.
        case text
        /// What matters less: units, hints, old entries.
        case dim
        /// Titles of frames and dialogs.
        case title
        /// What should catch the eye without meaning good or bad: live figures, the program's name.
        case accent
        /// Up, running, done.
        case good
        /// Needs a look: retrying, blocked, dropping.
        case warning
        /// Failed, down, lost.
        case bad
        /// Under way, neither good nor bad: starting, connecting.
        case busy
        /// Paused, stopped by order, frozen.
        case paused
        /// The row that the keys act on, laid over the row's own styles.
        case selection
        /// Heads of columns.
        case header
        /// Frames and lines between.
        case border
        /// The frame that has the keys.
        case focus
        /// A key in the line of hints.
        case key
        /// What that key does.
        case hint
        /// The tab that is open.
        case tabSelected = "tab-selected"
        /// The other tabs.
        case tab
        /// Dialogs and menus, on top of a screen.
        case popup
        /// A field to type in.
        case input
        /// Curves of rates.
        case sparkline
        /// The sender's ZeroMQ queue, in bars of depth.
        case stageSend = "stage-send"
        /// The kernel and the wire.
        case stageKernel = "stage-kernel"
        /// The receiver's ZeroMQ queue.
        case stageReceive = "stage-receive"
        /// A node's box in the graph.
        case node
        /// A link in the graph on which messages pass.
        case edge
        /// A link that is up, and quiet.
        case edgeIdle = "edge-idle"
        /// A link that is down, refused, or never came up.
        case edgeDown = "edge-down"
        /// What travels along a live link.
        case pulse
    }

    /// The theme's name, as the screen shows it.
    public let name: String
    private var styles: [Role: Style]

    /// The style for a role.
    public subscript(role: Role) -> Style { styles[role] ?? .plain }

    /// A theme out of a description: each entry names a role and says how it looks.
    ///
    /// A look is any of `bold`, `dim`, `italic`, `underline`, `reverse`, then a colour, then `on` and a colour, each of
    /// them optional: `bold #89b4fa on #1e1e2e`, `red`, `on 236`, `reverse`. A colour is `#rgb` or `#rrggbb`, a name
    /// (`black red green yellow blue magenta cyan white`, the same with `bright-` before, `gray`, `standard`), or a number
    /// from 0 to 255. Roles that are not named keep the style of ``standard``.
    ///
    /// - Throws: ``ThemeError`` with every wrong entry, in the order of their names.
    public init(name: String, entries: [String: String]) throws {
        var styles = Theme.standard.styles
        var problems: [ThemeError.Problem] = []
        for (key, look) in entries.sorted(by: { $0.key < $1.key }) {
            guard let role = Role(rawValue: key) else {
                let names = Role.allCases.map(\.rawValue)
                let near = Spelling.nearest(to: key, in: names).map { "; did you mean '\($0)'?" }
                problems.append(
                    .init(
                        entry: key,
                        reason: "no style has this name" + (near ?? "; names: " + names.joined(separator: " "))))
                continue
            }
            do {
                styles[role] = try Style(parsing: look)
            } catch {
                problems.append(.init(entry: key, reason: error.reason))
            }
        }
        guard problems.isEmpty else { throw ThemeError(theme: name, problems: problems) }
        self.name = name
        self.styles = styles
    }

    private init(name: String, styles: [Role: Style]) {
        self.name = name
        self.styles = styles
    }

    /// The theme for what the terminal can show: ``monochrome`` when it has no colours. Of sixteen colours two states
    /// might get the same one, or the background's: they then have those of ``standard``, which differ. Else itself.
    public func adapted(to depth: ColorDepth) -> Theme {
        guard depth != .none else { return .monochrome }
        guard depth == .sixteen else { return self }
        let states: [Role] = [.good, .busy, .paused, .warning, .bad]
        let ground = styles[.text]?.degraded(to: depth)
        let colours = states.map { self[$0].degraded(to: depth).foreground }
        let taken = [ground?.background, ground?.foreground].compactMap { $0 }
        guard Set(colours).count < states.count || colours.contains(where: { $0.map(taken.contains) ?? true }) else {
            return self
        }
        var changed = styles
        for role in states {
            changed[role] = Style(foreground: Theme.standard[role].foreground, modifiers: self[role].modifiers)
        }
        return Theme(name: name, styles: changed)
    }

    /// The theme without a file: the user's own sixteen colours.
    public static let standard = Theme(
        name: "standard",
        styles: [
            .dim: Style(modifiers: .dim),
            .title: Style(modifiers: .bold),
            .accent: Style(foreground: .indexed(6), modifiers: .bold),
            .good: Style(foreground: .indexed(2)),
            .warning: Style(foreground: .indexed(3)),
            .bad: Style(foreground: .indexed(1), modifiers: .bold),
            .busy: Style(foreground: .indexed(4)),
            .paused: Style(foreground: .indexed(5)),
            .selection: Style(foreground: .indexed(0), background: .indexed(6)),
            .header: Style(modifiers: [.bold, .underline]),
            .border: Style(modifiers: .dim),
            .focus: Style(foreground: .indexed(6)),
            .key: Style(modifiers: .bold),
            .hint: Style(modifiers: .dim),
            .tabSelected: Style(modifiers: [.bold, .reverse]),
            .input: Style(modifiers: .underline),
            .sparkline: Style(foreground: .indexed(6)),
            .stageSend: Style(foreground: .indexed(4)),
            .stageKernel: Style(foreground: .indexed(3)),
            .stageReceive: Style(foreground: .indexed(5)),
            .node: Style(foreground: .indexed(6)),
            .edge: Style(foreground: .indexed(4)),
            .edgeIdle: Style(modifiers: .dim),
            .edgeDown: Style(foreground: .indexed(1)),
            .pulse: Style(foreground: .indexed(6), modifiers: .bold),
        ])

    /// The theme without colours: weight, underline and reverse alone. States differ by their symbols too.
    public static let monochrome = Theme(
        name: "monochrome",
        styles: [
            .dim: Style(modifiers: .dim),
            .title: Style(modifiers: .bold),
            .accent: Style(modifiers: .bold),
            .warning: Style(modifiers: .bold),
            .bad: Style(modifiers: [.bold, .underline]),
            .paused: Style(modifiers: .dim),
            .selection: Style(modifiers: .reverse),
            .header: Style(modifiers: [.bold, .underline]),
            .border: Style(modifiers: .dim),
            .key: Style(modifiers: .bold),
            .hint: Style(modifiers: .dim),
            .focus: Style(modifiers: .bold),
            .tabSelected: Style(modifiers: [.bold, .reverse]),
            .input: Style(modifiers: .underline),
            .edgeIdle: Style(modifiers: .dim),
            .edgeDown: Style(modifiers: .bold),
            .pulse: Style(modifiers: .bold),
        ])
}

/// What is wrong with a theme.
public struct ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One wrong entry.
    public struct Problem: Hashable, Sendable {
        /// The entry's name in the theme.
        public let entry: String
        /// What is wrong, and what to write instead.
        public let reason: String
    }

    /// The theme's name.
    public let theme: String
    /// The wrong entries, at least one.
    public let problems: [Problem]

    /// One line an entry.
    public var description: String {
        problems.map { "theme \(theme): \($0.entry): \($0.reason)" }.joined(separator: "\n")
    }
}

/// The theme and the symbols that widgets draw with.
public struct Look: Hashable, Sendable {
    /// The styles.
    public var theme: Theme
    /// The symbols.
    public var glyphs: Glyphs

    /// The look of a screen.
    public init(theme: Theme = .standard, glyphs: Glyphs = .unicode) {
        self.theme = theme
        self.glyphs = glyphs
    }

    /// The theme's style for a role.
    public subscript(role: Theme.Role) -> Style { theme[role] }
}
