public import RunDirectory
public import Scenarios
public import Telemetry
public import TerminalUI

/// What happened, and `update` is told.
public enum Action: Equatable, Sendable {
    /// A key, the mouse, pasted text, a new size of the terminal.
    case input(InputEvent)
    case resize(Size)
    /// A new look at the session. It is collected also while the view is frozen.
    case snapshot(Snapshot)
    /// Messages that passed since the last ones, and how many were overwritten before they could be read, so far.
    case messages([SampledMessage], overwritten: Int)
    /// What became of a command that an effect asked for.
    case reply(to: SessionCommand, ControlReply)
    /// What became of the injection that an effect asked for, line by line.
    case injection(ControlReply)
    /// What a node wrote last, as an effect asked for.
    case output(NodeOutput)
    /// What became of the order to a node's own socket.
    case order(OrderProgress)
    /// The contents of the files that an effect asked for, by their paths, or why one cannot be had: a sentence.
    case files([String: [UInt8]], problem: String?)
    /// What became of the deed that a lesson wanted done: nil, or why it could not be, as a sentence.
    case deedDone(Int, problem: String?)
    /// The columns and orders of the lists that were kept.
    case lists(ListChoices)
    /// The drafts that were kept.
    case drafts([KeptDraft])
    /// A sentence for the status line.
    case message(String)
    /// A sentence for the status line about what went wrong.
    case problem(String)
    case themeChanged(Theme)
    /// The names of the themes that there are now.
    case themesFound([String])
    /// The picture is about to be drawn. The terminal gets one so often at most: zero for one that keeps up.
    case drawn(every: Duration)
    /// Time since the dashboard began; messages vanish by it.
    case tick(elapsed: Duration)
}

/// What must be done outside; the loop that runs the dashboard does it.
public enum Effect: Equatable, Sendable {
    /// Give the session a command, and answer with `Action.reply`.
    case command(SessionCommand)
    /// Inject, and answer with `Action.injection`, line by line.
    case inject(Injection)
    /// End the dashboard, and with it the session that it runs.
    case quit
    /// Give the terminal back, and let the session go on.
    case detach
    /// Read the last lines that a node wrote, and answer with `Action.output`; with nothing where none are kept.
    case readOutput(node: String)
    /// Have a node's own socket send it, and answer with `Action.order` until that is over.
    case injectAs(String, Injection)
    /// Read these files, and answer with `Action.files`.
    case read([String])
    /// Keep the columns and orders of the lists for the next run.
    case keepLists(ListChoices)
    /// Keep these drafts for the next run.
    case keep([KeptDraft])
    /// Put the text on the terminal's clipboard.
    case copy(String)
    /// Load another theme, and answer with `Action.themeChanged` and a sentence.
    case theme(ThemeChoice)
    /// Save what is on the screen, and answer with a sentence: into this file (SVG, or text where its name ends in
    /// `.txt`), or, with nil, as both under a name with the date in the current folder.
    case screenshot(String?)
    /// Take a snapshot this often from now on.
    case refresh(Duration)
    /// Carry out what the lesson wants, and answer with `Action.deedDone` and its number.
    case deed(ScenarioPlayer.Order)
    /// The lesson was taken to its end: keep that.
    case lessonDone
    /// End the dashboard and its session, and go on with a lesson.
    case lesson(LessonOrder)
}

/// Which theme is wanted.
public enum ThemeChoice: Equatable, Sendable {
    case next, previous
    case named(String)
}

/// How far an order to a node's own socket has come: a sentence.
public enum OrderProgress: Equatable, Sendable {
    /// It waits for the thread that owns the socket.
    case waits(String)
    case sent(String)
    case failed(String)
}

/// A draft that is kept between runs, by its name.
public struct KeptDraft: Codable, Equatable, Sendable {
    /// As the person named it.
    public var name: String
    /// What was typed.
    public var draft: Draft
}
