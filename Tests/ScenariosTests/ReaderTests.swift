import Foundation
import RunDirectory
import Telemetry
import Testing
import Topology

@testable import Scenarios

/// One case a file: `invalid/*.yaml` with the expected message beside it. What is missing is recorded, and the run that
/// records fails: look at it, then run again.
@Suite struct `a scenario's file` {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").path
    static let topologies = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "topologies").path
    static let bundled = ["pipeline": topologies + "/pipeline.yaml", "inference": topologies + "/inference.yaml"]

    static let invalid =
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(fixtures)/invalid")) ?? [])
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()

    @Test(arguments: invalid) func `names all errors with their places`(_ name: String) throws {
        let path = "\(Self.fixtures)/invalid/\(name)"
        let text = try String(contentsOfFile: path + ".yaml", encoding: .utf8)
        let errors = #expect(throws: TopologyErrors.self, "\(name).yaml was accepted") {
            try ScenarioFile(text: text, path: "\(name).yaml", bundled: Self.bundled)
        }
        let found = (errors?.description ?? "") + "\n"
        guard FileManager.default.fileExists(atPath: path + ".txt") else {
            try found.write(toFile: path + ".txt", atomically: true, encoding: .utf8)
            Issue.record("recorded \(path).txt: look at it, then run again")
            return
        }
        #expect(found == (try String(contentsOfFile: path + ".txt", encoding: .utf8)))
    }

    @Test func `there are cases`() { #expect(Self.invalid.count >= 5) }

    @Test func `names a topology and changes it`() throws {
        let file = try ScenarioFile(
            text: """
                about: More engines.
                topology: inference
                set: {nodes.engine.replicas: 3}
                timeout: 1m30s
                scenario:
                  - expect: node(engine-3).state == running within 2s for 500ms
                    do: [kill engine-3, wait 1s, "inject scheduler.frontend '{\\"a\\": 1}' --reply 2s"]
                  - at: 5s
                    always: ["sum(links, out.lost) == 0"]
                  - do: cut engine-3.work -> scheduler.backend
                """, path: "/x/engines.yaml", bundled: Self.bundled)
        #expect(file.topology.preview().nodes.count == 7)
        #expect(file.lesson == nil)
        let scenario = file.scenario
        #expect(scenario.name == "engines" && scenario.about == "More engines." && scenario.timeout == 90)
        #expect(scenario.steps.map(\.line) == [6, 8, 10])
        let expectation = try #require(scenario.steps[0].expectations.first)
        #expect(expectation.within == 2 && expectation.lasting == 0.5)
        #expect(expectation.condition.text == "node(engine-3).state == running ")
        #expect(
            scenario.steps[0].deeds.map(\.deed) == [
                .control(.node(.kill, node: "engine-3")), .wait(seconds: 1),
                .inject(
                    InjectionOrder(
                        Injection(target: "scheduler.frontend", frames: [Array(#"{"a": 1}"#.utf8)], reply: 2))),
            ])
        #expect(scenario.steps[1].at == 5)
        #expect(scenario.steps[1].always.count == 1)
        #expect(
            scenario.steps[2].deeds.map(\.deed) == [
                .control(.fault(.cut, target: "engine-3.work->scheduler.backend"))
            ])
    }

    @Test func `a lesson has its topology in the same file, and speaks two languages`() throws {
        let file = try ScenarioFile(
            text: """
                name: sent
                about: Sent is not delivered.
                lesson: { title: { en: "Sent", zh-Hans: "已发送" }, minutes: 4 }
                nodes:
                  source: { kind: source, sockets: { out: { type: PUSH, bind: "tcp://127.0.0.1:*" } } }
                  sink: { kind: sink, sockets: { in: { type: PULL, connect: source.out } } }
                scenario:
                  - text: Plain is English.
                  - prepare: quiet source
                    predict:
                      question: { en: "How many?", zh-Hans: "多少？" }
                      choices: [None, { en: Some, zh-Hans: "一些" }]
                      answer: 2
                    do: pause sink
                    hint: Press p.
                    expect: node(sink).state == paused
                    reveal: There.
                """, path: "01-sent.yaml", bundled: [:])
        let lesson = try #require(file.lesson)
        #expect(lesson.slug == "sent" && lesson.minutes == 4)
        #expect(lesson.title[.simplifiedChinese] == "已发送" && lesson.title[.english] == "Sent")
        #expect(file.scenario.steps[0].text?[.simplifiedChinese] == "Plain is English.")
        let predict = try #require(file.scenario.steps[1].predict)
        #expect(predict.answer == 1 && predict.choices.map { $0[.simplifiedChinese] } == ["None", "一些"])
        #expect(file.scenario.steps[1].prepare.map(\.text) == ["quiet source"])
    }

    @Test(arguments: [
        ("zh_CN.UTF-8", Language.simplifiedChinese), ("zh", .simplifiedChinese), ("zh-Hans", .simplifiedChinese),
        ("zh_SG", .simplifiedChinese), ("zh-Hant", .english), ("zh_TW.UTF-8", .english),
        ("zh-Hans-HK", .simplifiedChinese),
        ("en_US.UTF-8", .english), ("C", .english), ("", .english), ("zhx_CN", .english),
    ])
    func `a locale has a language`(_ locale: String, _ language: Language) {
        #expect(Language(locale: locale) == language)
    }

    @Test func `the first variable that is set decides`() {
        #expect(Language(environment: ["LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "C"]) == .simplifiedChinese)
        #expect(Language(environment: ["LC_ALL": "C", "LANG": "zh_CN"]) == .english)
        #expect(Language(environment: [:]) == .english)
    }

    @Test(arguments: [
        ("a 'b c' \"d\\\" e\" f\\ g", ["a", "b c", "d\" e", "f g"]), ("''", [""]), ("  ", []), ("x'y'z", ["xyz"]),
    ])
    func `words are split as a shell does it`(_ text: String, _ words: [String]) throws {
        #expect(try Words.split(text).get().map(\.text) == words)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: topologies + "/../README.md")))
    func `the example of the README is in order`() throws {
        let readme = try String(contentsOfFile: Self.topologies + "/../README.md", encoding: .utf8)
        let section = try #require(readme.components(separatedBy: "\n## Scenarios and tests\n").dropFirst().first)
        let example = try #require(
            section.components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first)
        let file = try ScenarioFile(text: example, path: "engine-dies.yaml", bundled: Self.bundled)
        #expect(file.scenario.steps.count == 4)
    }

    @Test func `a broken file is refused or read, whatever is wrong with it`() throws {
        let path = Self.topologies + "/lessons/06-sent-is-not-delivered.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var random = SystemRandomNumberGenerator()
        let noise = Array("():[]{}'\"->#&*!|>%,.0 \n\té漢")
        for _ in 0..<200 {
            var characters = Array(text)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<characters.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: characters.remove(at: place)
                case 1: characters[place] = noise.randomElement(using: &random) ?? " "
                default: characters.insert(noise.randomElement(using: &random) ?? " ", at: place)
                }
            }
            let broken = String(characters)
            do throws(TopologyErrors) {
                let file = try ScenarioFile(text: broken, path: "x.yaml", bundled: Self.bundled)
                #expect(!file.scenario.steps.isEmpty)
            } catch {
                #expect(!error.diagnostics.isEmpty)
                for diagnostic in error.diagnostics { #expect(!diagnostic.description.isEmpty && diagnostic.line > 0) }
            }
        }
    }
}
