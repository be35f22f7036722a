import CNcurses
import FoundationEssentials
import Glibc
public import TerminalUI

/// The terminal that the program runs in: shows buffers, and tells what the user does.
///
/// There can be one at a time. Make it, draw and wait for events on one thread; ``wake()`` alone may be called from
/// anywhere. Ctrl-C, Ctrl-\ and signals are left to the program, which ends its loop and calls ``restore()``; should it
/// crash or call `exit`, the terminal is given back all the same. Ctrl-Z stops the program and gives the terminal to the
/// shell, until it is continued.
public final class TerminalScreen {
    /// What the terminal can show; colours of styles are brought down to it.
    public var colorDepth: ColorDepth { colors.depth }
    /// Whether text beyond ASCII can be shown: the locale's character set is UTF-8.
    public let supportsUnicode: Bool
    /// Columns and rows, as of the last `resize` event.
    public private(set) var size: Size

    private let screen: OpaquePointer
    private var colors: ColorPairs
    private var renderer: CellRenderer
    private var parser: InputParser
    private var shown: TerminalUI.Buffer?
    private var shownCursor: Point?
    private var queue: [InputEvent] = []
    private var isClosed = false
    private var isRestored = false
    private let originalModes: termios
    private let earlierActions: [(signal: Int32, action: sigaction)]
    private let switchOn: String
    private let switchOff: String
    /// Around a frame: a terminal that knows synchronized output (DEC mode 2026) shows it whole or not at all.
    private let frameBegin: String
    private let frameEnd: String

    /// How long an Escape may be the beginning of a longer sequence.
    private static let escapeDelay = Duration.milliseconds(25)

    /// Takes the terminal over: alternate screen, no echo, keys at once.
    ///
    /// - Parameters:
    ///   - mouse: Whether clicks and the wheel are reported; the terminal's own selection then needs Shift.
    ///   - crashNote: A line that is shown after a crash, when the screen is gone, such as where the log is.
    /// - Throws: ``TerminalError``; the terminal is then as it was.
    public init(mouse: Bool = true, crashNote: String = "") throws(TerminalError) {
        guard isatty(STDOUT_FILENO) == 1 else { throw .notATerminal("standard output") }
        guard isatty(STDIN_FILENO) == 1 else { throw .notATerminal("standard input") }
        guard let name = environment("TERM") else { throw .noTerminalType }
        guard cn_find_terminal(name) == 1 else { throw .unknownTerminal(name) }
        guard cn_string("cup") != nil else { throw .cannotPlaceCursor(name) }
        let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? ""
        let named = locale.uppercased()
        supportsUnicode = cn_take_locale(named.hasSuffix("UTF-8") || named.hasSuffix("UTF8"))

        var modes = termios()
        tcgetattr(STDIN_FILENO, &modes)
        originalModes = modes

        // ncurses takes some signals for itself, and would end the process at SIGINT and SIGTERM: give them back.
        let ours = [SIGINT, SIGTERM].map { signal in
            var action = sigaction()
            sigaction(signal, nil, &action)
            return (signal, action)
        }
        guard let screen = TerminalDescription.withCautious(name, { cn_new_terminal(name) }) else {
            throw .refused(name)
        }
        self.screen = screen
        for (signal, action) in ours { withUnsafePointer(to: action) { _ = sigaction(signal, $0, nil) } }
        earlierActions = SignalNotice.install() + [Patience.install()]

        // A frame is sent whole, though keys are waiting.
        typeahead(-1)
        cbreak()
        noecho()
        nonl()
        keypad(cn_screen(), true)
        TerminalScreen.takeKeys()
        def_prog_mode()
        let noColor = environment("NO_COLOR") != nil
        colors = ColorPairs(allowed: !noColor)
        renderer = CellRenderer(unicode: supportsUnicode)

        // Who reports the mouse also knows bracketed paste, or ignores it.
        let modern = cn_string("kmous") != nil
        switchOn = modern ? "\u{1B}[?2004h" + (mouse ? "\u{1B}[?1002h\u{1B}[?1006h" : "") : ""
        switchOff = modern ? (mouse ? "\u{1B}[?1006l\u{1B}[?1002l" : "") + "\u{1B}[?2004l" : ""
        frameBegin = modern ? "\u{1B}[?2026h" : ""
        frameEnd = modern ? "\u{1B}[?2026l" : ""
        parser = InputParser(sequences: TerminalScreen.terminfoKeys())
        size = Size(width: Int(cn_columns()), height: Int(cn_lines()))
        curs_set(0)
        cn_send(switchOn)

        let note = crashNote.isEmpty ? "" : crashNote + "\r\n"
        let bytes = frameEnd + switchOff + ["rmkx", "sgr0", "op", "cnorm", "rmcup"].map(capability).joined() + "\r"
        Emergency.arm(bytes: Array(bytes.utf8), note: note, modes: originalModes)
    }

    deinit {
        restore()
        delscreen(screen)
    }

    /// Whether the terminal takes output now: what is sent to it is taken away as fast as it comes.
    public var takesOutput: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        // What has gone takes anything; the next event tells.
        return Glibc.poll(&output, 1, 0) != 0
    }

    /// Shows a buffer: sends what differs from the one before, and nothing where nothing does. A terminal that can shows
    /// all of it at once. Blocks while the terminal takes no output (Ctrl-S, a slow line), for some seconds at most: what it
    /// has not taken by then is thrown away, and the next frame is sent whole.
    ///
    /// - Parameters:
    ///   - buffer: Its part beyond ``size`` is cut off.
    ///   - cursor: Where the terminal's cursor is shown; `nil` hides it.
    /// - Returns: how long it took to send it.
    @discardableResult
    public func present(_ buffer: TerminalUI.Buffer, cursor: Point? = nil) -> Duration {
        guard !isRestored, !isClosed else { return .zero }
        let isNew = shown == nil || shown?.size != buffer.size
        let changes = buffer.diff(from: shown ?? Buffer(Size(width: 0, height: 0)))
        guard isNew || !changes.isEmpty || cursor != shownCursor else { return .zero }
        let clock = ContinuousClock()
        let start = clock.now
        let isWhole = Patience.write {
            cn_send(frameBegin)
            if isNew { cn_erase() }
            for change in changes where change.y < size.height {
                draw(buffer, y: change.y, columns: change.columns.clamped(to: 0..<size.width))
            }
            curs_set(cursor == nil ? 0 : 1)
            let place = cursor ?? Point(x: 0, y: 0)
            cn_refresh(Int32(place.y), Int32(place.x))
            cn_send(frameEnd)
        }
        shown = isWhole ? buffer : nil
        shownCursor = cursor
        // The next frame begins with an empty screen.
        if !isWhole { cn_redraw() }
        return start.duration(to: clock.now)
    }

    /// Puts a text on the clipboard of the person's terminal, by the sequence OSC 52; where the terminal does not know it,
    /// or was told not to obey, nothing happens. Of more than 74,000 bytes only the first are put: terminals take no more.
    public func copy(_ text: String) {
        guard !isRestored, !isClosed else { return }
        let sequence = "\u{1B}]52;c;\(Data(text.utf8.prefix(74_000)).base64EncodedString())\u{7}"
        guard !Patience.write({ cn_send(sequence) }) else { return }
        shown = nil
        cn_redraw()
    }

    /// Waits for what happens next; `nil` when nothing did within `timeout`. Blocks no longer than that.
    ///
    /// After ``InputEvent/closed`` it gives that again at once.
    public func nextEvent(timeout: Duration) -> InputEvent? {
        let clock = ContinuousClock()
        let deadline = clock.now + max(.zero, timeout)
        while true {
            if !queue.isEmpty { return queue.removeFirst() }
            if isClosed { return .closed }
            if isRestored { return nil }
            let left = max(.zero, deadline - clock.now)
            let wait = parser.isWaiting ? TerminalScreen.escapeDelay : left
            let ready = poll(wait)
            if ready.isEmpty, parser.isWaiting { queue += parser.flush() }
            if ready.contains(.input) { readInput() }
            if ready.contains(.notice) { takeNotices() }
            if queue.isEmpty, !isClosed, clock.now >= deadline, !parser.isWaiting { return nil }
        }
    }

    /// Makes ``nextEvent(timeout:)`` give ``InputEvent/wake`` soon. From any thread, and from signal handlers.
    public static func wake() {
        SignalNotice.give(.wake)
    }

    /// The program is to end: a terminal that takes no output is not waited for any longer. From any thread.
    public static func hurry() {
        Patience.hurry()
        wake()
    }

    /// Gives the terminal to somebody else for a while (an editor, the shell); ``resume()`` takes it back.
    public func suspend() {
        guard !isRestored, !isClosed else { return }
        _ = Patience.write(isLast: true) {
            cn_send(switchOff)
            curs_set(1)
            endwin()
            setModes(originalModes)
        }
    }

    /// Takes the terminal back, and draws everything anew at the next ``present(_:cursor:)``.
    public func resume() {
        guard !isRestored, !isClosed else { return }
        reset_prog_mode()
        cn_redraw()
        cn_refresh(0, 0)
        curs_set(0)
        cn_send(switchOn)
        shown = nil
        queue.append(.resize(measure()))
    }

    /// Gives the terminal back as it was. What was on it before is seen again. May be called more than once.
    public func restore() {
        guard !isRestored else { return }
        suspend()
        isRestored = true
        Emergency.disarm()
        for (signal, action) in earlierActions { withUnsafePointer(to: action) { _ = sigaction(signal, $0, nil) } }
    }

    private func draw(_ buffer: TerminalUI.Buffer, y: Int, columns: Range<Int>) {
        var x = columns.lowerBound
        while x < columns.upperBound {
            let start = x
            let style = buffer[x, y].style
            renderer.begin()
            while x < columns.upperBound, buffer[x, y].style == style {
                let cell = buffer[x, y]
                // Half of a wide character at the right edge cannot be shown.
                renderer.add(cell, room: columns.upperBound - x)
                x += max(1, Int(cell.width))
            }
            let drawn = colors.drawn(style)
            renderer.text.withUnsafeBufferPointer { text in
                cn_put(Int32(y), Int32(start), text.baseAddress, Int32(text.count), drawn.attributes, drawn.pair)
            }
        }
    }

    private struct Ready: OptionSet {
        let rawValue: Int
        static let input = Ready(rawValue: 1)
        static let notice = Ready(rawValue: 2)
    }

    private func poll(_ wait: Duration) -> Ready {
        var descriptors = [pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)]
        for kind in SignalNotice.Kind.allCases {
            descriptors.append(pollfd(fd: SignalNotice.descriptor(kind), events: Int16(POLLIN), revents: 0))
        }
        // Rounded up, lest the last fraction of a millisecond be waited for in a busy loop.
        let (seconds, attoseconds) = min(wait, .seconds(3600)).components
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        guard Glibc.poll(&descriptors, nfds_t(descriptors.count), Int32(milliseconds)) > 0 else { return [] }
        var ready: Ready = []
        if descriptors[0].revents != 0 { ready.insert(.input) }
        if descriptors.dropFirst().contains(where: { $0.revents != 0 }) { ready.insert(.notice) }
        return ready
    }

    private func readInput() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count > 0 {
            queue += parser.feed(bytes.prefix(count))
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            // End of file, or EIO: the terminal has gone.
            isClosed = true
        }
    }

    private func takeNotices() {
        if SignalNotice.take(.stop) {
            suspend()
            kill(getpid(), SIGSTOP)
            // The shell has continued us.
            _ = SignalNotice.take(.continued)
            resume()
        }
        // Continued after a stop that could not be seen coming; a shell may have set its own modes meanwhile.
        if SignalNotice.take(.continued) { resume() }
        if SignalNotice.take(.resized) {
            let measured = measure()
            queue.removeAll { if case .resize = $0 { true } else { false } }
            queue.append(.resize(measured))
        }
        if SignalNotice.take(.wake) { queue.append(.wake) }
    }

    private func measure() -> Size {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return size
        }
        if Int(window.ws_col) != size.width || Int(window.ws_row) != size.height {
            resize_term(Int32(window.ws_row), Int32(window.ws_col))
            cn_redraw()
            shown = nil
            size = Size(width: Int(window.ws_col), height: Int(window.ws_row))
        }
        return size
    }

    private func setModes(_ modes: termios) {
        withUnsafePointer(to: modes) { _ = tcsetattr(STDIN_FILENO, TCSADRAIN, $0) }
    }
}
