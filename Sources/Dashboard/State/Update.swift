import RunDirectory
import Telemetry
import TerminalUI

/// The one way in which the state changes. Pure: what must be done outside comes back as effects.
public func update(_ state: inout DashboardState, _ action: Action) -> [Effect] {
    var effects: [Effect] = []
    // Only a person chooses columns and orders.
    var chosen: ListChoices?
    if case .input = action { chosen = state.listChoices }
    switch action {
    case .input(.key(let key)): effects = state.press(key)
    case .input(.mouse(let mouse)): state.point(mouse)
    case .input(.paste(let text)): state.paste(text)
    case .input(.resize(let size)), .resize(let size): state.size = size
    case .input(.wake): break
    case .input(.closed): effects = [.quit]
    case .snapshot(let snapshot):
        let before = state.live.headline
        state.live.take(snapshot)
        state.noteEnd(of: before)
        effects = state.teach(snapshot)
    case .messages(let messages, let overwritten): state.live.take(messages, overwritten: overwritten)
    case .reply(let command, let reply): state.take(reply, to: command)
    case .injection(let reply): state.composer.take(reply)
    case .output(let output): state.take(output)
    case .order(let progress): state.take(progress)
    case .files(let files, let problem): effects = state.take(files, problem: problem)
    case .drafts(let drafts): state.drafts = drafts
    case .lists(let choices): state.take(choices)
    case .deedDone(let id, let problem): state.finishDeed(id, problem: problem)
    case .message(let text): state.say(text)
    case .problem(let text): state.say(text, isProblem: true)
    case .themesFound(let names): state.themes = names
    case .themeChanged(let theme):
        state.theme = theme
    case .drawn(let interval):
        state.frameInterval = interval
        state.drawnAt = state.now
        state.isFrameDue = false
        return []
    case .tick(let elapsed):
        state.now = elapsed
        // Time alone changes little that is seen: a message is over, or the pulses move.
        let isOver = state.message.map { $0.until <= elapsed } ?? false
        let headlineChanges = state.settleHeadline()
        let moves = state.motion.map { elapsed - state.drawnAt >= $0 } ?? false
        guard isOver || moves || headlineChanges else { return [] }
        if isOver { state.message = nil }
    }
    state.isFrameDue = true
    state.settle()
    if let chosen, chosen != state.listChoices { effects.append(.keepLists(state.listChoices)) }
    return effects + state.askForOutput()
}

extension DashboardState {
    /// Brings every list of the screen into order: rows may have come and gone, the window may have changed.
    mutating func settle() {
        if !screen.panes.contains(focus) { focus = screen.panes[0] }
        settleLists()
        settleLesson()
        if let area = Layout.graphArea(self, size: size) { settleGraph(area) }
        let layout = Layout(self, size: size)
        for pane in layout.panes where pane.pane != .graph {
            selections[pane.pane, default: Selection()].settle(
                rows: rows(of: pane.pane), height: pane.rows.height, followsTail: followsTail(pane.pane))
        }
        shareSelection()
        if let detail, !exists(detail) {
            self.detail = nil
            say("\(detail.name) is gone.")
        }
        if detail != nil {
            let height = layout.detail?.height ?? 0
            detailOffset = max(0, min(detailOffset, Canvas(state: self, size: size).detailHeight - height))
        }
        if overlay == .findings { findings.settle(allFindings, elapsed: shown.snapshot?.elapsed ?? 0) }
        if case .help(let offset) = overlay {
            overlay = .help(offset: max(0, min(offset, Canvas(state: self, size: size).helpOverflow)))
        }
    }

    private func exists(_ subject: Subject) -> Bool {
        switch subject {
        case .node(let name): shown.node(name) != nil
        case .link(let id): shown.link(id) != nil
        case .socket(let id): shown.socket(id) != nil
        case .event(let id): shown.log.entry(id) != nil
        case .message(let id): shown.messages.entry(id) != nil
        case .group, .edge: true
        }
    }

    // MARK: Keys

    mutating func press(_ key: Key) -> [Effect] {
        if keymap.command(for: key, in: [.anywhere]) == .interrupt { return [.quit] }
        message = nil
        switch overlay {
        case .question(_, let command): return answer(key, command)
        case .lessonReset: return answerReset(key)
        case .prediction(let row): return predict(key, row)
        case .composer: return compose(key)
        case .filter:
            typeFilter(key)
            return []
        case .help(let offset):
            scrollHelp(key, from: offset)
            return []
        case .findings:
            goThroughFindings(key)
            return []
        case .columns(let pane, let row): return chooseColumns(key, pane, row: row)
        case .palette: return typeCommand(key)
        case .faults: return chooseFault(key)
        case nil:
            guard let command = keymap.command(for: key, in: contexts) else { return [] }
            return obey(command)
        }
    }

    /// Where keys are looked for, the nearest first.
    var contexts: [Keymap.Context] {
        (focus == .graph && (detail == nil || isDetailBeside) ? [.graph] : [])
            + (screen == .messages ? [.messages] : [])
            + [.moving, .looking, .lists, .acting] + (lesson == nil ? [] : [.lesson])
    }

    private mutating func answer(_ key: Key, _ command: SessionCommand) -> [Effect] {
        switch keymap.command(for: key, in: [.question]) {
        case .yes:
            overlay = nil
            say("\(command.doing) …")
            return [.command(command)]
        case .no:
            overlay = nil
            say("Nothing was done.")
            return []
        default:
            return []
        }
    }

    private mutating func scrollHelp(_ key: Key, from offset: Int) {
        let page = max(1, size.height - 6)
        switch keymap.command(for: key, in: [.moving, .looking]) {
        case .down: overlay = .help(offset: offset + 1)
        case .up: overlay = .help(offset: offset - 1)
        case .pageDown: overlay = .help(offset: offset + page)
        case .pageUp: overlay = .help(offset: offset - page)
        case .first: overlay = .help(offset: 0)
        case .last: overlay = .help(offset: .max / 2)
        case .help, .back, .quit, .open: overlay = nil
        default: break
        }
    }

    private mutating func typeFilter(_ key: Key) {
        switch key.code {
        case .enter, .tab:
            // What is wrong with it stands beside it, and it can be put right.
            guard filter.problem == nil else { return }
            if filter.isActive { lastFilter = filter.text }
            overlay = nil
        case .escape:
            if filter.isActive { lastFilter = filter.text }
            filter = Filter()
            filterInput = TextInput()
            overlay = nil
        case .up:
            filterInput = TextInput(lastFilter)
        default:
            _ = filterInput.handle(key)
        }
        if overlay == .filter { filter.text = filterInput.text }
    }

    mutating func paste(_ text: String) {
        switch overlay {
        case .composer: composer.paste(text)
        case .filter:
            filterInput.insert(String(text.prefix(Self.longestLine)))
            filter.text = filterInput.text
        case .palette: pasteCommand(text)
        case .faults(let menu): pasteValue(text, menu)
        case .help, .question, .lessonReset, .prediction, .findings, .columns, nil: break
        }
    }

    // MARK: Commands

    mutating func obey(_ command: Command) -> [Effect] {
        switch command {
        case .screen(let next): show(next)
        case .nextScreen: turn(by: 1)
        case .previousScreen: turn(by: -1)
        case .up, .down, .pageUp, .pageDown, .first, .last: move(command)
        case .left, .right:
            if focus != .graph || (detail != nil && !isDetailBeside) {
                changeFocus(by: command == .left ? -1 : 1)
            } else {
                _ = walk(command)
            }
        case .panLeft: pan(x: -10, y: 0)
        case .panRight: pan(x: 10, y: 0)
        case .panUp: pan(x: 0, y: -4)
        case .panDown: pan(x: 0, y: 4)
        case .zoomIn: zoom(by: 1)
        case .zoomOut: zoom(by: -1)
        case .fold: fold()
        case .hottest: followHottest()
        case .messages: showMessages()
        case .sampling: nextSamplingLevel()
        case .bytes: showsBytes.toggle()
        case .copy: return copyMessage()
        case .again: return sendAgain()
        case .edit: editMessage()
        case .open: open()
        case .back: back()
        case .filter:
            filterInput = TextInput(filter.text)
            overlay = .filter
        case .freeze: freeze()
        case .sortLeft: changeSort(by: -1)
        case .sortRight: changeSort(by: 1)
        case .invertSort: invertSort()
        case .columns: openColumns()
        case .window: changeWindow()
        case .onlySelected: toggleOnlySelected()
        case .help: overlay = .help(offset: 0)
        case .faster: return changeRefresh(by: -1)
        case .slower: return changeRefresh(by: 1)
        case .start, .stop, .kill, .restart, .pause: return act(command)
        case .cut: return cutOrHeal()
        case .faults: openFaults()
        case .inject: openComposer()
        case .verdict: openFindings()
        case .theme: return [.theme(.next)]
        case .previousTheme: return [.theme(.previous)]
        case .palette: openPalette()
        case .screenshot: return [.screenshot(nil)]
        case .detach: return [.detach]
        case .quit, .interrupt: return [.quit]
        case .lessonOn, .lessonBack, .lessonHint, .lessonReset: return obeyLesson(command)
        case .choose, .nextField, .previousField, .send, .keep, .forget, .yes, .no, .run, .complete, .older, .newer,
            .toggleColumn, .resetColumns:
            break
        }
        return []
    }

    private mutating func freeze() {
        frozen = frozen == nil ? live : nil
        let key = keymap.key(for: .freeze)
        say(frozen == nil ? "Live again." : "What you see is frozen: \(key) goes on. The session has not stopped.")
    }

    mutating func show(_ next: Screen) {
        detail = nil
        // What is selected stays selected where the next screen shows it too.
        if !next.panes.contains(focus) { focus = next.panes[0] }
        screen = next
    }

    private mutating func turn(by step: Int) {
        let all = Screen.allCases
        let place = all.firstIndex(of: screen) ?? 0
        show(all[(place + step + all.count) % all.count])
    }

    private mutating func changeFocus(by step: Int) {
        guard detail == nil || isDetailBeside, let place = screen.panes.firstIndex(of: focus) else { return }
        focus = screen.panes[(place + step + screen.panes.count) % screen.panes.count]
    }

    private mutating func move(_ command: Command) {
        let layout = Layout(self, size: size)
        if let area = layout.detail, !isDetailBeside || command == .pageUp || command == .pageDown {
            scrollDetail(command, page: max(1, area.height - 3))
            return
        }
        defer { if detail != nil { followSelection() } }
        if focus == .graph {
            moveInGraph(command)
            return
        }
        let rows = rows(of: focus)
        let page = max(1, (layout.panes.first { $0.pane == focus }?.rows.height ?? 1) - 1)
        switch command {
        case .up: step(by: -1, rows: rows, flows: true)
        case .down: step(by: 1, rows: rows, flows: true)
        case .pageUp: step(by: -page, rows: rows, flows: false)
        case .pageDown: step(by: page, rows: rows, flows: false)
        case .first: selections[focus]?.subject = rows.first
        default:
            let last = followsTail(focus) ? nil : rows.last
            selections[focus]?.subject = last
        }
    }

    /// One row on; past the end of a list the next list of the screen goes on.
    mutating func step(by step: Int, rows: [Subject], flows: Bool) {
        guard var selection = selections[focus] else { return }
        let next = selection.row + step
        // The newest end of the events has no row of its own: the first step up selects the newest entry.
        if followsTail(focus), selection.subject == nil, step < 0, let last = rows.last, rows.count > 1 {
            selections[focus]?.subject = step == -1 ? last : rows[max(0, next)]
            return
        }
        if flows, next < 0 || next >= rows.count, let place = screen.panes.firstIndex(of: focus) {
            let neighbour = place + (next < 0 ? -1 : 1)
            guard screen.panes.indices.contains(neighbour) else {
                if followsTail(focus), step > 0 { selections[focus]?.subject = nil }
                return
            }
            focus = screen.panes[neighbour]
            if !focus.followsTail, focus != .graph {
                let others = self.rows(of: focus)
                selections[focus]?.subject = next < 0 ? others.last : others.first
            }
            return
        }
        guard !rows.isEmpty else { return }
        if followsTail(focus), next >= rows.count {
            selection.subject = nil
        } else {
            selection.subject = rows[max(0, min(next, rows.count - 1))]
        }
        selections[focus] = selection
    }

    mutating func open() {
        guard detail == nil else { return }
        // At the newest end of the messages the newest is meant.
        let newest = focus == .messages ? rows(of: .messages).last : nil
        guard let subject = selections[focus]?.subject ?? newest else { return }
        detailOffset = 0
        switch subject {
        case .event(let id) where (shown.log.entry(id)?.count ?? 1) > 1: unfolded.formSymmetricDifference([id])
        case .group: fold()
        case .edge: showLinks(of: subject)
        default: detail = openable(subject)
        }
    }

    private mutating func back() {
        if detail != nil {
            detail = nil
        } else if filter.isActive {
            lastFilter = filter.text
            filter = Filter()
        } else if eventsOf != nil, screen.panes.contains(.events) {
            eventsOf = nil
        } else if frozen != nil {
            frozen = nil
        } else if selections[focus]?.subject != nil, focus.followsTail {
            selections[focus]?.subject = nil
        }
    }

    private mutating func changeRefresh(by step: Int) -> [Effect] {
        let choices: [Duration] = [
            .milliseconds(100), .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5),
        ]
        let place = choices.lastIndex { $0 <= refresh } ?? 0
        let next = choices[max(0, min(place + step, choices.count - 1))]
        guard next != refresh else { return [] }
        refresh = next
        let other = keymap.key(for: step < 0 ? .slower : .faster)
        say("Refreshes every \(Format.seconds(next / .seconds(1))): \(other) goes back.")
        return [.refresh(next)]
    }
}
