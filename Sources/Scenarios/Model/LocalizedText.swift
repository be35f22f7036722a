/// A language that lessons are written in.
public enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case simplifiedChinese = "zh-Hans"

    /// The language for a locale's name, as `zh_CN.UTF-8` or `zh-Hans`: simplified Chinese for any Chinese but the
    /// traditional one, else English.
    public init(locale: String) {
        let parts = locale.prefix { $0 != "." && $0 != "@" }.lowercased().split { $0 == "_" || $0 == "-" }
        let isTraditional = parts.contains("hant")
        let isOfTraditionalCountry = !parts.contains("hans") && parts.contains { ["tw", "hk", "mo"].contains($0) }
        self = parts.first == "zh" && !isTraditional && !isOfTraditionalCountry ? .simplifiedChinese : .english
    }

    /// The language that the environment asks for: the first of LC_ALL, LC_MESSAGES and LANG that is set decides.
    public init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self.init(locale: locale ?? "")
    }
}

/// A text in one or more languages; always in English.
public struct LocalizedText: Equatable, Sendable {
    /// The English text.
    public var english: String
    /// In the other languages.
    public var others: [Language: String]

    /// A text in English, and what it is in other languages.
    public init(_ english: String, _ others: [Language: String] = [:]) {
        self.english = english
        self.others = others
    }

    /// The text in a language, or in English where there is none in that one.
    public subscript(language: Language) -> String { others[language] ?? english }
}
