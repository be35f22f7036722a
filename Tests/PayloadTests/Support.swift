import Foundation
import Payload
import Testing

/// Frames as Python's libraries make them, with what those say is in them; Fixtures/make.py makes both.
struct Fixture: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let expected: Data
    var testDescription: String { name }

    static let all: [Fixture] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".bin") }.sorted().compactMap { file in
            let name = String(file.dropLast(4))
            guard let bytes = try? Data(contentsOf: folder.appending(path: file)),
                let expected = try? Data(contentsOf: folder.appending(path: name + ".json"))
            else { return nil }
            return Fixture(name: name, bytes: Array(bytes), expected: expected)
        }
    }()

    static func named(_ name: String) throws -> Fixture {
        try #require(all.first { $0.name == name }, "no fixture \(name)")
    }

    func expectation() throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: expected) as? NSDictionary)
    }
}

/// `83a6…` as bytes.
func bytes(hex: String) -> [UInt8] {
    let digits = hex.filter { $0 != " " }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// The JSON form, parsed by Foundation: so it is JSON.
func parsed(_ reading: Reading) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: Data(reading.json.utf8)) as? NSDictionary)
}

/// Nothing that could steer a terminal, hide or reorder: the rule by itself, not by the code that is tested.
func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
            0xFFF0...0xFFFD, 0xE0000...0xE0FFF, 0xFE00...0xFE0F, 0xE000...0xF8FF:
            false
        default: true
        }
    }
}

/// All forms of a reading keep the bounds and are harmless.
func checkBounds(_ reading: Reading, columns: Int = 80, limits: Limits = Limits()) {
    let summary = reading.summary(columns: columns)
    #expect(isHarmless(summary), "summary of \(reading.format): \(summary.debugDescription)")
    #expect(summary.unicodeScalars.filter { !isMark($0) }.count <= columns)
    #expect(reading.items.count <= limits.items)
    #expect(reading.items.allSatisfy { $0.depth < limits.depth })
    let lines = reading.lines(columns: columns, limit: 50)
    #expect(lines.count <= 50)
    #expect(lines.allSatisfy { isHarmless($0.text) })
    #expect(lines.allSatisfy { $0.text.unicodeScalars.filter { !isMark($0) }.count <= columns })
    let json = reading.json
    #expect(isHarmless(json))
    #expect((try? JSONSerialization.jsonObject(with: Data(json.utf8))) != nil, "no JSON: \(json.prefix(300))")
}

private func isMark(_ scalar: Unicode.Scalar) -> Bool {
    [.nonspacingMark, .enclosingMark, .spacingMark].contains(scalar.properties.generalCategory)
}

/// SplitMix64: the same numbers on each run.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
