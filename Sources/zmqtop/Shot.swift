import ArgumentParser
import Dashboard
import Foundation
import Telemetry
import TerminalUI

/// A picture of the dashboard instead of the dashboard: no terminal is needed, and none is touched.
struct ShotOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Save the screen to this file and end: SVG, or text where the name ends in .txt.", valueName: "file"))
    var screenshot: String?

    @Option(help: "With --screenshot: after this time. (default: 5s)")
    var at: TimeSpan?

    @Option(help: ArgumentHelp("With --screenshot: columns and rows. (default: 120x36)", valueName: "size"))
    var size: ShotSize?

    @Option(
        help: ArgumentHelp(
            "With --screenshot: keys that lead to the picture, as 3jj<enter>. What would change the session is left out.",
            valueName: "keys"))
    var keys: ShotKeys?

    func validate() throws {
        if screenshot == nil, at != nil || size != nil || keys != nil {
            throw ValidationError("--at, --size and --keys go with --screenshot.")
        }
    }
}

/// `120x36`.
struct ShotSize: ExpressibleByArgument {
    let size: Size

    init?(argument: String) {
        let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1], (1...1000).contains(width),
            (1...1000).contains(height)
        else { return nil }
        size = Size(width: width, height: height)
    }
}

/// Characters, and keys by their names in angle brackets.
struct ShotKeys: ExpressibleByArgument {
    var keys: [Key] = []

    init?(argument: String) {
        var rest = argument[...]
        while let first = rest.first {
            rest.removeFirst()
            guard first == "<", let end = rest.firstIndex(of: ">") else {
                keys.append(Key(first))
                continue
            }
            guard let key = Key(named: String(rest[..<end])) else { return nil }
            keys.append(key)
            rest = rest[rest.index(after: end)...]
        }
    }
}

/// Looks at a scene as the screen would, and saves what it would show.
struct ShotRun {
    let scene: any Scene
    let ending: Ending
    let drawing: DrawingOptions
    let options: ShotOptions
    /// Seconds between two looks.
    let every: Double?

    /// Blocks until the picture is there, or zmqtop is asked to end.
    ///
    /// - Returns: the exit status.
    /// - Throws: `Failure` when the file cannot be written.
    func run(to path: String) throws -> Int32 {
        let configuration = try Configuration.own()
        let theme = try Themes(drawing, configuration, Installation()).current
        let size = options.size?.size ?? Size(width: 120, height: 36)
        let refresh = every ?? configuration.refresh ?? 0.25
        var state = DashboardState(
            topology: scene.topology, theme: theme, glyphs: drawing.ascii || configuration.ascii ? .ascii : .unicode,
            size: size, refresh: .seconds(refresh), readOnly: scene.isReadOnly, keymap: configuration.keymap,
            canSample: scene.collector != nil)
        var sampler: SampleReader?
        var keys = options.keys?.keys ?? []
        let clock = ContinuousClock()
        let start = clock.now
        let time = Duration.seconds(options.at?.seconds ?? 5)
        while true {
            _ = update(&state, .snapshot(try scene.snapshot(final: false)))
            if let sampler { _ = update(&state, .messages(sampler.read(), overwritten: sampler.overwritten)) }
            let now = clock.now - start
            _ = update(&state, .tick(elapsed: now))
            // Half way: there is something to move in, and what the keys open has time to fill.
            if now >= time / 2 {
                for key in keys { _ = update(&state, .input(.key(key))) }
                keys = []
            }
            if sampler == nil, let interval = state.sampling {
                sampler = scene.collector.map { SampleReader($0, every: interval) }
            }
            if now >= time { break }
            if let reason = ending.wait(atMost: min(refresh, (time - now) / .seconds(1))) { return reason.status }
        }
        try ScreenDump.write(view(state, size: size), theme: theme, to: path)
        return 0
    }
}
