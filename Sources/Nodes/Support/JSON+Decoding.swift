/// Reads any Decodable type from a JSON value, in the form that Foundation's JSONEncoder gives it.
extension JSON {
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try Value(from: Source(value: self, codingPath: []))
    }

    private struct Source: Decoder, SingleValueDecodingContainer {
        let value: JSON
        let codingPath: [any CodingKey]
        var userInfo: [CodingUserInfoKey: Any] { [:] }

        func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
            guard case .object(let members) = value else { throw mismatch("an object") }
            return KeyedDecodingContainer(Members<Key>(members: members, codingPath: codingPath))
        }

        func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
            guard case .array(let elements) = value else { throw mismatch("a list") }
            return Elements(elements: elements, codingPath: codingPath)
        }

        func singleValueContainer() -> any SingleValueDecodingContainer { self }

        func mismatch(_ expected: String) -> DecodingError {
            .dataCorrupted(.init(codingPath: codingPath, debugDescription: "expected \(expected)"))
        }

        private func checked<Value>(_ value: Value?, _ expected: String) throws -> Value {
            guard let value else { throw mismatch(expected) }
            return value
        }

        func decode<Value: FixedWidthInteger & Decodable>(_ type: Value.Type) throws -> Value {
            let expected = "a whole number that fits"
            switch value {
            case .integer(let integer): return try checked(Value(exactly: integer), expected)
            case .number(let number): return try checked(Value(exactly: number), expected)
            default: throw mismatch(expected)
            }
        }

        func decodeNil() -> Bool { value == .null }
        func decode(_ type: Bool.Type) throws -> Bool { try checked(value.flag, "true or false") }
        func decode(_ type: String.Type) throws -> String { try checked(value.text, "a text") }
        func decode(_ type: Double.Type) throws -> Double { try checked(value.double, "a number") }
        func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

        /// The standard library's own types come back here through `singleValueContainer`.
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }
    }

    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [(key: String, value: JSON)]
        let codingPath: [any CodingKey]

        var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

        private func source(_ key: any CodingKey) throws -> Source {
            guard let member = members.first(where: { $0.key == key.stringValue }) else {
                throw DecodingError.keyNotFound(
                    key, .init(codingPath: codingPath, debugDescription: "there is no '\(key.stringValue)'"))
            }
            return Source(value: member.value, codingPath: codingPath + [key])
        }

        func contains(_ key: Key) -> Bool { members.contains { $0.key == key.stringValue } }
        func decodeNil(forKey key: Key) throws -> Bool { try source(key).decodeNil() }
        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try Value(from: source(key))
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try source(key).container(keyedBy: type)
        }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try source(key).unkeyedContainer()
        }
        func superDecoder() throws -> any Decoder { Source(value: .object(members), codingPath: codingPath) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try source(key) }
    }

    private struct Elements: UnkeyedDecodingContainer {
        let elements: [JSON]
        let codingPath: [any CodingKey]
        var currentIndex = 0

        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        private func source() throws -> Source {
            guard !isAtEnd else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: codingPath, debugDescription: "the list is too short"))
            }
            return Source(value: elements[currentIndex], codingPath: codingPath)
        }

        /// A failed attempt leaves the place as it was.
        private mutating func advance<Value>(_ body: (Source) throws -> Value) throws -> Value {
            let value = try body(try source())
            currentIndex += 1
            return value
        }

        mutating func decodeNil() throws -> Bool {
            guard try source().decodeNil() else { return false }
            currentIndex += 1
            return true
        }
        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try advance { try Value(from: $0) }
        }
        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> {
            try advance { try $0.container(keyedBy: type) }
        }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try advance { try $0.unkeyedContainer() }
        }
        mutating func superDecoder() throws -> any Decoder { try advance { $0 } }
    }
}
