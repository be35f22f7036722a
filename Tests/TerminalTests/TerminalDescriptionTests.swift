import Foundation
import Testing

@testable import Terminal

@Suite(.timeLimit(.minutes(10))) struct TerminalDescriptionTests {
    /// What infocmp reads, first of all in the folder.
    private func capabilities(_ name: String, in folder: String) throws -> Set<String> {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["infocmp", "-1", name]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.environment = ["PATH": "/usr/bin:/bin", "TERMINFO": folder]
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Set(
            text.split(separator: "\n").map {
                String($0.drop { $0 == "\t" }.prefix { $0 != "=" && $0 != "," && $0 != "#" })
            })
    }

    private let unwanted: Set<String> = ["csr", "indn", "rin", "il1", "dl1", "il", "dl", "rep"]

    @Test(arguments: ["xterm-256color", "xterm"])
    func nothingElseIsTakenFromTheDescription(_ name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zt-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "x"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let plain = try capabilities(name, in: folder.path)
        let description = try #require(TerminalDescription.cautious(name))
        try Data(description).write(to: folder.appending(path: "x/\(name)"))
        let cautious = try capabilities(name, in: folder.path)
        #expect(!plain.isDisjoint(with: unwanted))
        #expect(cautious.isDisjoint(with: unwanted))
        #expect(cautious.contains("cup") && cautious.contains("kcuu1"))
        #expect(plain.subtracting(cautious).filter { !$0.contains(" ") && !$0.contains("|") }.isSubset(of: unwanted))
    }

    @Test func whatIsNoDescriptionIsLeftAlone() {
        #expect(TerminalDescription.without(stringsAt: [3], in: []) == nil)
        #expect(TerminalDescription.without(stringsAt: [3], in: Array("no terminfo".utf8)) == nil)
        // The header promises more strings than there are bytes.
        let header: [UInt8] = [0x1A, 0x01, 4, 0, 0, 0, 0, 0, 200, 0, 0, 0]
        #expect(TerminalDescription.without(stringsAt: [3], in: header + Array("abc\0".utf8)) == nil)
        #expect(TerminalDescription.cautious("no-such-terminal") == nil)
    }
}
