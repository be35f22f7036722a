import ArgumentParser
import RunDirectory

/// A duration on the command line: `100ms`, `1s`, `5m`; a bare number is seconds.
struct TimeSpan: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        if let bare = Double(argument), bare >= 0, bare.isFinite {
            seconds = bare
        } else if let value = Units.duration(argument) {
            seconds = value
        } else {
            return nil
        }
    }
}
