extension Buffer {
    /// The picture as text: a line a row, without the spaces at their ends, each with a line end.
    public var plainText: String {
        lines.map { line in
            var line = line[...]
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
