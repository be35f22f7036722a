/// Looks for what is legal but bites, in a topology without errors.
struct Linter {
    let resolver: Resolver

    func lints() -> [Lint] { [] }
}
