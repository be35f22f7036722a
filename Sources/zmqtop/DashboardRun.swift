import Dashboard
import Foundation
import RunDirectory
import Session
import Synchronization
import Telemetry
import Terminal
import TerminalUI

/// A run on the screen: one loop on one thread. Wait for a key or the tick, read the segments, update, draw.
struct DashboardRun {
    let session: Session
    let ending: Ending
    let screen: TerminalScreen
    let themes: Themes
    let isASCII: Bool
    let readOnly: Bool
    /// Seconds between two looks, until `+` and `-` change it.
    let every: Double
    /// Seconds after which the run ends by itself.
    let duration: Double?

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

    /// - Returns: the exit status. Blocks until the person quits, the time is over, or zmqtop is asked to end.
    func run() throws -> Int32 {
        let mailbox = Mailbox()
        ending.onAsked { TerminalScreen.wake() }
        let collector = try Collector(layout: session.layout)
        let clock = ContinuousClock()
        let start = clock.now
        var themes = themes
        var refresh = Duration.seconds(every)
        var state = DashboardState(
            topology: collector.topology, theme: themes.current.adapted(to: screen.colorDepth),
            glyphs: isASCII ? .ascii : .unicode, size: screen.size, refresh: refresh, readOnly: readOnly)
        var nextLook = start
        while ending.reason == nil {
            let now = clock.now
            if let duration, now - start >= .seconds(duration) { return 0 }
            var actions = mailbox.take()
            if now >= nextLook {
                actions.append(.snapshot(try collector.collect()))
                nextLook = now + refresh
            }
            actions.append(.tick(elapsed: now - start))
            for action in actions {
                for effect in update(&state, action) where perform(effect, &themes, &refresh, mailbox) { return 0 }
            }
            let frame = view(state, size: screen.size)
            screen.present(frame.buffer, cursor: frame.cursor)

            switch screen.nextEvent(timeout: max(.zero, nextLook - clock.now)) {
            case nil, .wake?: break
            case .closed?: return Ending.Reason.signal(SIGHUP).status
            case let event?:
                for effect in update(&state, .input(event)) where perform(effect, &themes, &refresh, mailbox) {
                    return 0
                }
            }
            nextLook = min(nextLook, clock.now + refresh)
        }
        return ending.reason?.status ?? 0
    }

    /// - Returns: whether the dashboard ends.
    private func perform(
        _ effect: Effect, _ themes: inout Themes, _ refresh: inout Duration, _ mailbox: Mailbox
    ) -> Bool {
        switch effect {
        case .quit: return true
        case .command(let command):
            session.perform(command) { mailbox.post(.reply(to: command, $0)) }
        case .inject(let injection):
            session.perform(.inject(injection)) { mailbox.post(.injection($0)) }
        case .refresh(let every): refresh = every
        case .cycleTheme:
            do {
                let theme = try themes.next()
                mailbox.post(.themeChanged(theme.adapted(to: screen.colorDepth)))
                mailbox.post(.message("theme: \(theme.name)"))
            } catch {
                mailbox.post(.message("\(error)"))
            }
        }
        return false
    }
}
