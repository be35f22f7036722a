import RunDirectory
public import TerminalUI

extension Keymap {
    /// Other keys for a command.
    public struct Remap: Equatable, Sendable {
        /// The command's name, as ``names`` lists it.
        public var name: String
        /// Its keys, in place of those that it had; none leaves it to the palette.
        public var keys: [Key]

        /// Other keys for the command of that name.
        public init(name: String, keys: [Key]) {
            self.name = name
            self.keys = keys
        }
    }

    /// What speaks against a remap.
    public struct RemapProblem: Error, Equatable, Sendable {
        /// Which of the remaps.
        public var index: Int
        /// What is wrong, and what to do about it.
        public var text: String
    }

    /// Contexts that are asked together: a key may stand in one of them only.
    static let together: [[Context]] = [
        [.anywhere, .graph, .lists, .looking, .moving, .acting, .lesson],
        [.anywhere, .messages, .lists, .looking, .moving, .acting, .lesson], [.anywhere, .columns, .moving],
        [.anywhere, .faults], [.anywhere, .prediction, .moving], [.anywhere, .verdicts, .moving],
        [.anywhere, .composer], [.anywhere, .palette],
        [.anywhere, .question],
    ]

    /// The names by which a configuration knows the bindings: the command's; of what stands in front of the screen (the
    /// composer and the like), and where one before has the name already, with the context: `left` and `composer.left`.
    public static let names: [String] = {
        var seen: Set<String> = []
        return bindings.map { binding in
            let plain = binding.command.name
            let name = binding.context.isInFront || seen.contains(plain) ? "\(binding.context).\(plain)" : plain
            seen.insert(name)
            return name
        }
    }()

    /// The keymap with other keys for some commands.
    ///
    /// - Returns: the keymap, and every remap that cannot be, in their order; those are left out of it.
    public func remapped(_ remaps: [Remap]) -> (keymap: Keymap, problems: [RemapProblem]) {
        var problems: [RemapProblem] = []
        var changed = bindings
        var origins: [Int: Int] = [:]
        for (index, remap) in remaps.enumerated() {
            guard let place = Self.names.firstIndex(of: remap.name) else {
                let near = Self.nearest(to: remap.name, among: Self.names)
                problems.append(
                    .init(
                        index: index,
                        text: "there is no command \"\(remap.name)\"; "
                            + (near.map { "did you mean \"\($0)\"?" } ?? "zmqtop info lists them")))
                continue
            }
            if let reason = Self.refusal(remap, bindings[place]) {
                problems.append(.init(index: index, text: reason))
                continue
            }
            changed[place].keys = remap.keys
            changed[place].label = remap.keys.map(\.label).joined(separator: " ")
            origins[place] = index
        }
        for (place, index) in origins.sorted(by: { $0.value < $1.value }) {
            guard let (key, other) = Self.clash(of: place, in: changed) else { continue }
            problems.append(
                .init(
                    index: index,
                    text: "\(key.label) is also the key of \"\(Self.names[other])\" there; give one of them another"))
            changed[place] = bindings[place]
        }
        return (Keymap(changed), problems.sorted { $0.index < $1.index })
    }

    private static func refusal(_ remap: Remap, _ binding: Binding) -> String? {
        if binding.command == .interrupt { return "Ctrl-C always quits, and has no other key" }
        let isNeeded = binding.command == .back || binding.context.isInFront
        if remap.keys.isEmpty, isNeeded { return "\"\(remap.name)\" needs a key: there would be no other way to it" }
        for key in remap.keys {
            guard case .character = key.code, !key.control, !key.alt else { continue }
            if binding.context == .composer || binding.context == .palette {
                return "\(key.label) is typed there; take a key with ctrl-, or one like f5"
            }
        }
        return nil
    }

    /// A key that a binding shares with another one that is asked at the same time.
    private static func clash(of place: Int, in bindings: [Binding]) -> (key: Key, other: Int)? {
        let binding = bindings[place]
        for (other, candidate) in bindings.enumerated() where other != place {
            let meet = together.contains { $0.contains(binding.context) && $0.contains(candidate.context) }
            if meet, let key = binding.keys.first(where: candidate.keys.contains) { return (key, other) }
        }
        return nil
    }

    /// The name that a slip of the fingers most likely meant.
    static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        names.map { (name: $0, distance: editDistance($0, name)) }
            .filter { $0.distance <= max(1, min(2, name.count / 2)) }
            .min { $0.distance < $1.distance }?.name
    }
}
