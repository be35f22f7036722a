/// One frame, or a message that begins with it: no trap, no end of memory or time, bounds kept, nothing that steers a
/// terminal.
///
/// The last byte says how to read; the rest is the frame.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data, count: count - 1))
    let control = Int(data[count - 1])
    let system = System.allCases[control % System.allCases.count]
    let frame = Frame(bytes, size: control & 0x10 == 0 ? nil : [bytes.count + 1, 100_000, 1 << 30, .max][control >> 6])
    let limits = control & 0x20 == 0 ? Limits() : Limits(depth: 3, items: 20)

    var readings = Reading.ranked(frame, system: system, limits: limits)
    readings.append(
        Reading(frame, as: Format.allCases[control % Format.allCases.count], system: system, limits: limits))
    for reading in readings { check(reading, limits) }
    checkEnvelope(bytes, control, system)
    return 0
}

private func check(_ reading: Reading, _ limits: Limits) {
    precondition(reading.items.count <= limits.items, "too many items")
    precondition(reading.items.allSatisfy { $0.depth < limits.depth }, "too deep")
    for columns in [0, 1, 9, 120] {
        checkText(reading.summary(columns: columns), columns)
        let lines = reading.lines(columns: columns, limit: 40)
        precondition(lines.count <= 40, "too many lines")
        for line in lines { checkText(line.text, columns) }
    }
    checkText(reading.json, .max)
}

/// The bytes as frames of a message, parted at each `|`.
private func checkEnvelope(_ bytes: [UInt8], _ control: Int, _ system: System) {
    let frames = bytes.split(separator: UInt8(ascii: "|"), maxSplits: 15, omittingEmptySubsequences: false)
        .map { Frame(Array($0)) }
    let types = ["ROUTER", "DEALER", "SUB", "XPUB", "XSUB", "REP", "PULL", "STREAM"]
    let parts = Envelope.parts(
        frames, socketType: types[control % types.count], way: control & 8 == 0 ? .sent : .received, system: system)
    precondition(parts.count == frames.count, "a part for each frame")
    for frame in frames { checkText(Identity.text(frame), .max) }
}

private func checkText(_ text: String, _ columns: Int) {
    var count = 0
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
            0xFE00...0xFE0F, 0xE000...0xF8FF, 0xE0000...0xE0FFF:
            fatalError("a character that steers, hides or reorders: \(scalar.value)")
        case 0x20..<0x300: count += 1
        default: break
        }
    }
    precondition(count <= columns, "wider than \(columns)")
}
