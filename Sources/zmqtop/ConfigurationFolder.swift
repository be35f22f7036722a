import Foundation

/// `$XDG_CONFIG_HOME/zmqtop`, or `~/.config/zmqtop`.
enum ConfigurationFolder {
    /// nil where there is neither of them, and no home.
    static var path: String? {
        let environment = ProcessInfo.processInfo.environment
        // The specification of base directories: what is empty or relative counts as not set.
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return folder + "/zmqtop" }
        return environment["HOME"].map { $0 + "/.config/zmqtop" }
    }

    /// The configuration; it need not be there.
    static var file: String? { path.map { $0 + "/config.yaml" } }

    /// A path as people write it.
    static func short(_ path: String) -> String {
        guard let home = ProcessInfo.processInfo.environment["HOME"], home != "/", path.hasPrefix(home + "/") else {
            return path
        }
        return "~" + path.dropFirst(home.count)
    }
}
