/// What the command line asks for.
struct Request {
    var name: Case
    /// Live sessions in the tables, each with a host and `World.clientsPerSession` clients: 1 … 100,000.
    var sessions: Int
    /// Datagrams to judge, from 0.
    var iterations: Int

    /// - Parameter arguments: case, sessions, iterations; anything else is nil.
    init?(_ arguments: some Sequence<String>) {
        let words = Array(arguments)
        guard words.count == 3, let name = Case(rawValue: words[0]), let sessions = Int(words[1]),
            let iterations = Int(words[2]), 1...100_000 ~= sessions, iterations >= 0
        else { return nil }
        self.name = name
        self.sessions = sessions
        self.iterations = iterations
    }
}
