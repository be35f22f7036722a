import Dashboard
import Foundation
import RunDirectory
import Synchronization
import Telemetry
import Terminal
import TerminalUI

/// The screen: one loop on one thread. Wait for a key or the tick, read the segments, update, draw.
struct DashboardRun {
    /// How it ended.
    enum Outcome: Equatable {
        /// With this exit status.
        case ended(Int32)
        /// The person wants the terminal back, and the session to go on.
        case detached
        /// What was looked at is over: a sentence.
        case over(String)
    }

    let scene: any Scene
    let ending: Ending
    let screen: Screen
    let readOnly: Bool
    /// Seconds between two looks, until `+` and `-` change it.
    let every: Double
    /// Seconds after which the run ends by itself.
    let duration: Double?
    /// Why the session cannot go on without this screen, or nil when it can.
    let cannotDetach: String?

    /// What other threads have to say to the loop.
    private final class Mailbox: Sendable {
        private let actions = Mutex<[Action]>([])

        func post(_ action: Action) {
            actions.withLock { $0.append(action) }
            TerminalScreen.wake()
        }

        func take() -> [Action] {
            actions.withLock { actions in
                defer { actions = [] }
                return actions
            }
        }
    }

    /// Blocks until the person quits or detaches, the time is over, or zmqtop is asked to end.
    func run() throws -> Outcome {
        let mailbox = Mailbox()
        ending.onAsked { TerminalScreen.wake() }
        let clock = ContinuousClock()
        let start = clock.now
        var themes = screen.themes
        let terminal = screen.terminal
        var refresh = Duration.seconds(every)
        var state = DashboardState(
            topology: scene.topology, theme: themes.current.adapted(to: terminal.colorDepth),
            glyphs: screen.isASCII ? .ascii : .unicode, size: terminal.size, refresh: refresh,
            readOnly: readOnly || scene.isReadOnly)
        var nextLook = start
        while ending.reason == nil {
            let now = clock.now
            if let duration, now - start >= .seconds(duration) { return .ended(0) }
            var actions = mailbox.take()
            if now >= nextLook {
                actions.append(.snapshot(try scene.snapshot(final: false)))
                nextLook = now + refresh
                if let end = scene.end() { return .over(end) }
            }
            actions.append(.tick(elapsed: now - start))
            for action in actions {
                for effect in update(&state, action) {
                    if let outcome = perform(effect, &themes, &refresh, mailbox) { return outcome }
                }
            }
            let frame = view(state, size: terminal.size)
            terminal.present(frame.buffer, cursor: frame.cursor)

            let wait = min(nextLook - clock.now, state.motion ?? .seconds(3600))
            switch terminal.nextEvent(timeout: max(.zero, wait)) {
            case nil, .wake?: break
            case .closed?: return .ended(Ending.Reason.signal(SIGHUP).status)
            case let event?:
                for effect in update(&state, .input(event)) {
                    if let outcome = perform(effect, &themes, &refresh, mailbox) { return outcome }
                }
            }
            nextLook = min(nextLook, clock.now + refresh)
        }
        return .ended(ending.reason?.status ?? 0)
    }

    /// - Returns: how the dashboard ends, if it does.
    private func perform(
        _ effect: Effect, _ themes: inout Themes, _ refresh: inout Duration, _ mailbox: Mailbox
    ) -> Outcome? {
        switch effect {
        case .quit: return .ended(0)
        case .detach:
            guard let cannotDetach else { return .detached }
            mailbox.post(.message(cannotDetach))
        case .command(let command):
            scene.perform(command) { mailbox.post(.reply(to: command, $0)) }
        case .inject(let injection):
            scene.perform(.inject(injection)) { mailbox.post(.injection($0)) }
        case .refresh(let every): refresh = every
        case .cycleTheme:
            do {
                let theme = try themes.next()
                mailbox.post(.themeChanged(theme.adapted(to: screen.terminal.colorDepth)))
                mailbox.post(.message("theme: \(theme.name)"))
            } catch {
                mailbox.post(.message("\(error)"))
            }
        }
        return nil
    }
}
