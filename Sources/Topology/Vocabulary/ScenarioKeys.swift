/// The keys of scenarios and lessons, which the module Scenarios reads.
extension Key {
    /// What a topology file may hold beside the topology.
    static let trial: [Key] = [
        Key("scenario", .list(.keys(step)), "What `zmqtop test` does to the topology, and what it expects of it."),
        Key("timeout", .duration, "The longest that the whole scenario may take; 60s without it."),
        Key("lesson", .keys(lesson), "Makes a lesson of it: `zmqtop lesson` lists it."),
    ]

    /// A scenario in a file of its own.
    static let scenarioFile: [Key] =
        [
            Key("name", .text, "Name of the scenario; the file's name without it."),
            Key("about", .text, "One sentence on what it shows."),
            Key("topology", .text, "A bundled topology's name, or a path relative to this file."),
            Key("set", .map(.scalar), "Changes values of the topology: {nodes.engine.replicas: 3}."),
        ] + trial

    static let lesson: [Key] = [
        Key("title", localized, "What the list of lessons calls it."),
        Key("minutes", .integer(1...600), "How long it takes."),
    ]

    static let step: [Key] = [
        Key("text", localized, "What the person is told."),
        Key("prepare", deeds, "Deeds that the lesson does itself when the step opens."),
        Key("predict", .keys(prediction), "A question to be answered before the deed."),
        Key("at", .duration, "The step waits until so long after the scenario's beginning."),
        Key("wait", .duration, "The step waits so long."),
        Key(
            "do", deeds,
            "Deeds: kill engine-1, cut a.x->b.y, wait 1s, inject a.x hello. In a lesson the person does them."),
        Key("hint", localized, "How to do it."),
        Key(
            "expect", .oneOf([.text, .list(.text)]),
            "Conditions that must come to hold: CONDITION [within D] [for D]; within 5s without either."),
        Key("always", .oneOf([.text, .list(.text)]), "Conditions that must hold from this step to the end."),
        Key("reveal", localized, "What the person is told when the expectations hold."),
    ]

    static let prediction: [Key] = [
        Key("question", localized, "What is asked."),
        Key("choices", .list(localized), "Two to four answers."),
        Key("answer", .integer(1...4), "Which of them is right, from 1."),
    ]

    private static let deeds = Shape.oneOf([.text, .list(.text)])
    private static let localized = Shape.oneOf([
        .text,
        .keys([Key("en", .text, "In English."), Key("zh-Hans", .text, "In simplified Chinese.")]),
    ])
}

/// The maps of scenarios, by what their keys are.
package enum ScenarioMap: Sendable {
    /// A file that names its topology.
    case file
    /// What a topology file may hold beside the topology.
    case section
    case step, prediction, lesson

    var keys: [Key] {
        switch self {
        case .file: Key.scenarioFile
        case .section: Key.trial
        case .step: Key.step
        case .prediction: Key.prediction
        case .lesson: Key.lesson
        }
    }

    /// The names of its keys.
    package var names: [String] { keys.map(\.name) }
}

extension ModelReader {
    /// The entries of such a map, by key; unknown keys are reported.
    package func fields(of value: Value, _ map: ScenarioMap, of what: String) -> [String: Value.Entry] {
        fields(of: value, map.keys, of: what)
    }
}
