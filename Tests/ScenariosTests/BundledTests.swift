import Foundation
import Testing
import Topology

@testable import Scenarios

private let topologies = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "topologies").path

/// What is bundled, as files; `zmqtop test` plays it.
@Suite struct `the bundled files` {
    static func files(_ folder: String) -> [String] {
        let folder = "\(topologies)/\(folder)"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }
            .sorted().map { "\(folder)/\($0)" }
    }

    private func read(_ path: String) throws -> ScenarioFile {
        let names = try FileManager.default.contentsOfDirectory(atPath: topologies).filter { $0.hasSuffix(".yaml") }
        let bundled = Dictionary(uniqueKeysWithValues: names.map { (String($0.dropLast(5)), "\(topologies)/\($0)") })
        return try ScenarioFile(path: path, bundled: bundled)
    }

    @Test func `are there`() {
        #expect(Self.files("scenarios").count >= 8)
        #expect(Self.files("lessons").count >= 18)
    }

    @Test(arguments: files("scenarios")) func `a scenario says what it shows and expects something`(_ path: String)
        throws
    {
        let file = try read(path)
        #expect(!file.scenario.about.isEmpty)
        #expect(path.hasSuffix("/\(file.scenario.name).yaml"))
        #expect(file.scenario.steps.contains { !$0.expectations.isEmpty })
    }

    @Test(arguments: files("lessons"))
    func `a lesson speaks both languages, asks before it tells, and says how its deeds are done`(_ path: String) throws
    {
        let file = try read(path)
        let lesson = try #require(file.lesson)
        #expect(path.hasSuffix("-\(lesson.slug).yaml"))
        #expect(lesson.minutes != nil)
        var texts = [lesson.title]
        for step in file.scenario.steps {
            texts += [step.text, step.hint, step.reveal, step.predict?.question].compactMap { $0 }
            texts += step.predict?.choices ?? []
            #expect(step.text != nil, "line \(step.line)")
            if !step.deeds.isEmpty { #expect(step.hint != nil && !step.expectations.isEmpty, "line \(step.line)") }
            if step.predict != nil { #expect(step.reveal != nil, "line \(step.line)") }
        }
        for text in texts { #expect(text.others[.simplifiedChinese]?.isEmpty == false, "\(text.english)") }
        #expect(file.scenario.steps.contains { $0.predict != nil })
    }
}
