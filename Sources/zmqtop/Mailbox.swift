import Dashboard
import Synchronization
import Terminal

/// What other threads have to say to the dashboard's loop.
final class Mailbox: Sendable {
    private let actions = Mutex<[Action]>([])

    /// Any thread may call it.
    func post(_ action: Action) {
        actions.withLock { $0.append(action) }
        TerminalScreen.wake()
    }

    /// All that was posted since the last time, the oldest first.
    func take() -> [Action] {
        actions.withLock { actions in
            defer { actions = [] }
            return actions
        }
    }
}
