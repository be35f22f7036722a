/// What is wrong with a piece of text, before it is known where that stands.
struct Complaint: Error {
    var message: String
    var help: String?
}
