import Dashboard
import Foundation
import RunDirectory
import Scenarios
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
        /// A lesson is to be begun.
        case lesson(LessonOrder)
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
    /// What is taught, if anything, and what keeps that it was taken to its end.
    var lesson: LessonPlan?
    var progress: (() throws -> Void)?

    /// Blocks until the person quits or detaches, the time is over, or zmqtop is asked to end.
    func run() throws -> Outcome {
        let mailbox = Mailbox()
        let errands = ComposerErrands(scene, mailbox)
        let deeds = DeedErrands(scene) { TerminalScreen.wake() }
        ending.onAsked { TerminalScreen.hurry() }
        let clock = ContinuousClock()
        let start = clock.now
        var themes = screen.themes
        let terminal = screen.terminal
        var refresh = Duration.seconds(every)
        var state = DashboardState(
            topology: scene.topology, theme: themes.current.adapted(to: terminal.colorDepth),
            glyphs: screen.isASCII ? .ascii : .unicode, size: terminal.size, refresh: refresh,
            readOnly: readOnly || scene.isReadOnly, keymap: screen.configuration.keymap, themes: themes.names,
            canSample: scene.collector != nil, lesson: lesson)
        ListChoicesFile().load().map(mailbox.post)
        // While it lives, the taps copy messages.
        var sampler: (reader: SampleReader, interval: Double)?
        var nextLook = start
        var nextReload = start + Self.reloadTime
        var pace = FramePace()
        while ending.reason == nil {
            let now = clock.now
            if let duration, now - start >= .seconds(duration) { return .ended(0) }
            if now >= nextReload {
                reload(&themes, mailbox)
                if themes.names != state.themes { mailbox.post(.themesFound(themes.names)) }
                nextReload = now + Self.reloadTime
            }
            var actions = mailbox.take()
            if now >= nextLook {
                actions += deeds.ended().map { .deedDone($0.id, problem: $0.problem) }
                actions.append(.snapshot(try scene.snapshot(final: false)))
                nextLook = now + refresh
                if let reader = sampler?.reader {
                    actions.append(.messages(reader.read(), overwritten: reader.overwritten))
                }
                errands.look()
                if let end = scene.end() { return .over(end) }
            }
            actions.append(.tick(elapsed: now - start))
            for action in actions {
                for effect in update(&state, action) {
                    if let outcome = perform(effect, state, &themes, &refresh, mailbox, errands, deeds) {
                        return outcome
                    }
                }
            }
            if state.sampling != sampler?.interval {
                sampler = scene.collector.flatMap { collector in
                    state.sampling.map { (SampleReader(collector, every: $0), $0) }
                }
            }
            draw(&state, &pace, at: clock.now - start)
            let wait = state.isFrameDue ? start + pace.next : state.motion.map { clock.now + $0 } ?? nextLook
            var event = terminal.nextEvent(timeout: max(.zero, min(wait, nextLook) - clock.now))
            // What has come meanwhile is one change of the picture: a storm of keys or sizes draws a few frames.
            let patience = clock.now + .milliseconds(20)
            while let happened = event {
                if happened == .closed { return .ended(Ending.Reason.signal(SIGHUP).status) }
                for effect in happened == .wake ? [] : update(&state, .input(happened)) {
                    if let outcome = perform(effect, state, &themes, &refresh, mailbox, errands, deeds) {
                        return outcome
                    }
                }
                guard ending.reason == nil, clock.now < patience else { break }
                event = terminal.nextEvent(timeout: .zero)
            }
            nextLook = min(nextLook, clock.now + refresh)
        }
        return .ended(ending.reason?.status ?? 0)
    }

    /// How often it is looked whether a theme's file has changed.
    private static let reloadTime = Duration.milliseconds(700)

    /// A frame, if something may have changed, and the terminal takes it.
    private func draw(_ state: inout DashboardState, _ pace: inout FramePace, at now: Duration) {
        guard state.isFrameDue, pace.isOpen(at: now) else { return }
        guard screen.terminal.takesOutput else { return pace.refused(at: now) }
        _ = update(&state, .drawn(every: pace.interval))
        let frame = view(state, size: screen.terminal.size)
        let time = screen.terminal.present(frame.buffer, cursor: frame.cursor)
        pace.sent(in: time, at: now + time)
    }

    /// - Returns: how the dashboard ends, if it does.
    private func perform(
        _ effect: Effect, _ state: DashboardState, _ themes: inout Themes, _ refresh: inout Duration,
        _ mailbox: Mailbox, _ errands: ComposerErrands, _ deeds: DeedErrands
    ) -> Outcome? {
        switch effect {
        case .quit: return .ended(0)
        case .detach:
            guard let cannotDetach else { return .detached }
            mailbox.post(.message(cannotDetach))
        case .deed(let order): deeds.begin(order)
        case .lessonDone:
            do { try progress?() } catch { mailbox.post(.problem(Self.sentence(error))) }
        case .lesson(let order): return .lesson(order)
        case .command(let command):
            scene.perform(command) { mailbox.post(.reply(to: command, $0)) }
        case .inject(let injection):
            scene.perform(.inject(injection)) { mailbox.post(.injection($0)) }
        case .injectAs(let socket, let injection): errands.send(as: socket, injection)
        case .read(let paths): errands.read(paths)
        case .keep(let drafts): errands.keep(drafts)
        case .keepLists(let choices): ListChoicesFile().keep(choices).map(mailbox.post)
        case .refresh(let every): refresh = every
        case .readOutput(let node):
            if let layout = scene.collector?.layout, let output = OutputFiles.tail(of: node, in: layout) {
                mailbox.post(.output(output))
            }
        case .copy(let text): screen.terminal.copy(text)
        case .theme(let choice): change(&themes, choice, mailbox)
        case .screenshot(let path): save(view(state, size: screen.terminal.size), state, path, mailbox)
        }
        return nil
    }

    private func change(_ themes: inout Themes, _ choice: ThemeChoice, _ mailbox: Mailbox) {
        do {
            let theme =
                switch choice {
                case .next: try themes.step(by: 1)
                case .previous: try themes.step(by: -1)
                case .named(let name): try themes.choose(named: name)
                }
            mailbox.post(.themeChanged(theme.adapted(to: screen.terminal.colorDepth)))
            let note = ConfigurationFolder.file.map { "  (this line in \(ConfigurationFolder.short($0)) keeps it)" }
            mailbox.post(.message("theme: \(theme.name)\(note ?? "")"))
        } catch {
            mailbox.post(.problem(Self.sentence(error)))
        }
    }

    private func reload(_ themes: inout Themes, _ mailbox: Mailbox) {
        do {
            guard let theme = try themes.reload() else { return }
            mailbox.post(.themeChanged(theme.adapted(to: screen.terminal.colorDepth)))
            mailbox.post(.message("Theme \(theme.name) was read again."))
        } catch {
            mailbox.post(.problem(Self.sentence(error)))
        }
    }

    private func save(_ frame: Frame, _ state: DashboardState, _ path: String?, _ mailbox: Mailbox) {
        do {
            guard let path else {
                let name = try ScreenDump.writeBoth(frame, theme: state.theme, topology: state.topology.name)
                return mailbox.post(.message("Saved: \(name).svg and .txt, in the current folder."))
            }
            try ScreenDump.write(frame, theme: state.theme, to: path)
            mailbox.post(.message("Saved: \(path)"))
        } catch {
            mailbox.post(.problem(Self.sentence(error)))
        }
    }

    /// An error as a sentence of the status line, which is ours: without our name in front.
    private static func sentence(_ error: any Error) -> String {
        let text = "\(error)"
        return text.hasPrefix("zmqtop: ") ? String(text.dropFirst(8)) : text
    }
}
