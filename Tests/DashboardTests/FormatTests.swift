import Testing

@testable import Dashboard

@Suite struct FormatTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1.0k"), (1234, "1.2k"), (12_345, "12.3k"), (123_456, "123k"),
        (999_499, "999k"), (999_500, "1.0M"), (1_250_000, "1.3M"), (-1234, "-1.2k"),
    ])
    func counts(_ value: Int, _ text: String) { #expect(Format.count(value) == text) }

    @Test(arguments: [
        (0.0, "0"), (0.01, "<0.1"), (0.3, "0.3"), (5, "5.0"), (9.94, "9.9"), (9.96, "10"), (40.4, "40"), (999.4, "999"),
        (999.6, "1.0k"), (1234, "1.2k"), (2_500_000, "2.5M"),
    ])
    func rates(_ value: Double, _ text: String) { #expect(Format.rate(value) == text) }

    @Test(arguments: [
        (0.0, "0 B"), (312, "312 B"), (1000, "1.0 KiB"), (12_595, "12 KiB"), (319_488, "312 KiB"),
        (8_388_608, "8.0 MiB"),
        (1_073_741_824, "1.0 GiB"),
    ])
    func bytes(_ value: Double, _ text: String) { #expect(Format.bytes(value) == text) }

    @Test(arguments: [
        (0.0, "0 s"), (0.000_183, "183 µs"), (0.0081, "8.1 ms"), (0.0412, "41 ms"), (0.183, "183 ms"), (1.2, "1.2 s"),
        (41, "41 s"), (59.6, "1m00s"), (192, "3m12s"), (7500, "2h05m"),
    ])
    func seconds(_ value: Double, _ text: String) { #expect(Format.seconds(value) == text) }

    @Test func unknownIsADashEverywhere() {
        #expect(Format.count(nil) == "—")
        #expect(Format.rate(nil) == "—")
        #expect(Format.rate(.nan) == "—")
        #expect(Format.rate(.infinity) == "—")
        #expect(Format.bytes(nil as Int?) == "—")
        #expect(Format.seconds(nil) == "—")
        #expect(Format.percent(nil) == "—")
    }

    @Test func clocks() {
        #expect(Format.clock(192.9) == "00:03:12")
        #expect(Format.moment(192.94) == "00:03:12.9")
        #expect(Format.clock(nil) == "--:--:--")
    }

    /// Nothing may jitter or trap: every magnitude fits its column.
    @Test func widthsAreBounded() {
        var value = 1e-9
        while value < 1e18 {
            #expect(Format.rate(value).count <= 5, "rate of \(value)")
            #expect(Format.count(Int(value)).count <= 5, "count of \(value)")
            #expect(Format.bytes(value).count <= 7, "bytes of \(value)")
            #expect(Format.seconds(min(value, 1e8)).count <= 9, "seconds of \(value)")
            value *= 1.7
        }
        #expect(Format.count(.max).count <= 5)
        #expect(Format.count(.min).count <= 6)
        _ = Format.clock(.greatestFiniteMagnitude)
        _ = Format.moment(.greatestFiniteMagnitude)
        _ = Format.seconds(.greatestFiniteMagnitude)
        _ = Format.gauge(.greatestFiniteMagnitude)
    }
}
