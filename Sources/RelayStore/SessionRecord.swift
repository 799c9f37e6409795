internal import GRDB
internal import RelayControl
internal import RelayCore

/// A row of `sessions`: the session without its users, and what is known of the set of its users.
struct SessionRecord {
    var sequence: Int64
    var id: String
    var token: Int64
    var nextUserNumber: Int64
    /// `nil` for the shared pair.
    var dedicatedPair: Int64?
    var serverPort: Int64
    var clientPort: Int64
    var hostNumber: Int64?
    var wasUsed: Int64
    var createdInGeneration: Int64
    var createdAt: Double
    var webhookURL: String?
    var userCount: Int64
    /// XOR of the checksums of the users' rows.
    var usersDigest: Int64
    /// The highest connection id that a rejoin was given, 0 for none; `nil` in rows that were written before it was kept.
    var highestRejoinID: Int64?

    private static let columns = """
        sequence, id, token, next_user_number, dedicated_pair, server_port, client_port, host_number, was_used, \
        created_in_generation, created_at, webhook_url, user_count, users_digest, highest_rejoin_id, checksum
        """
    static let selectAll = "SELECT \(columns) FROM sessions ORDER BY sequence"
    static let select = "SELECT \(columns) FROM sessions WHERE sequence = ?"
    private static let upsert = """
        INSERT OR REPLACE INTO sessions (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    init(_ session: Session) {
        sequence = session.sequence
        id = session.id
        token = Int64(session.token)
        nextUserNumber = Int64(session.nextUserNumber)
        serverPort = 0
        clientPort = 0
        hostNumber = session.hostNumber.map(Int64.init)
        wasUsed = session.wasUsed ? 1 : 0
        createdInGeneration = session.createdInGeneration
        createdAt = session.createdAt
        webhookURL = session.webhookURL
        userCount = 0
        usersDigest = 0
        highestRejoinID = Int64(session.highestRejoinID)
        setPorts(session.portPair, session.ports)
    }

    mutating func setPorts(_ pair: PortPairID, _ ports: PortPair) {
        switch pair {
        case .shared: dedicatedPair = nil
        case .dedicated(let number): dedicatedPair = Int64(number)
        }
        serverPort = Int64(ports.server)
        clientPort = Int64(ports.client)
    }

    /// `nil` for a row that is damaged.
    init?(_ row: inout RowReader) {
        guard let sequence = row.integer(), let id = row.text(), let token = row.integer(),
            let nextUserNumber = row.integer(), let dedicatedPair = row.optionalInteger(),
            let serverPort = row.integer(), let clientPort = row.integer(),
            let hostNumber = row.optionalInteger(), let wasUsed = row.integer(),
            let createdInGeneration = row.integer(), let createdAt = row.real(),
            let webhookURL = row.optionalText(), let userCount = row.integer(),
            let usersDigest = row.integer(), let highestRejoinID = row.optionalInteger(), let checksum = row.integer()
        else { return nil }
        self.sequence = sequence
        self.id = id
        self.token = token
        self.nextUserNumber = nextUserNumber
        self.dedicatedPair = dedicatedPair
        self.serverPort = serverPort
        self.clientPort = clientPort
        self.hostNumber = hostNumber
        self.wasUsed = wasUsed
        self.createdInGeneration = createdInGeneration
        self.createdAt = createdAt
        self.webhookURL = webhookURL
        self.userCount = userCount
        self.usersDigest = usersDigest
        self.highestRejoinID = highestRejoinID
        guard self.checksum == checksum else { return nil }
    }

    var checksum: Int64 {
        var sum = RowChecksum(table: "sessions")
        sum.add(sequence)
        sum.add(id)
        sum.add(token)
        sum.add(nextUserNumber)
        sum.add(dedicatedPair)
        sum.add(serverPort)
        sum.add(clientPort)
        sum.add(hostNumber)
        sum.add(wasUsed)
        sum.add(createdInGeneration)
        sum.add(createdAt)
        sum.add(webhookURL)
        sum.add(userCount)
        sum.add(usersDigest)
        if let highestRejoinID { sum.add(highestRejoinID) }
        return sum.value
    }

    func write(to db: Database) throws {
        try db.cachedStatement(sql: Self.upsert).execute(arguments: [
            sequence, id, token, nextUserNumber, dedicatedPair, serverPort, clientPort, hostNumber, wasUsed,
            createdInGeneration, createdAt, webhookURL, userCount, usersDigest, highestRejoinID, checksum,
        ])
    }

    /// The highest id that may have been given: where nobody kept it, every start opened the next block of 2²⁰.
    /// - Parameter generation: the number of this start.
    private func highestRejoinID(generation: Int64) -> Int32? {
        if let highestRejoinID { return Int32(exactly: highestRejoinID) }
        let restores = min(max(generation - createdInGeneration, 1), 2048)
        return Int32(exactly: restores << 20 - 1)
    }

    /// The session; `nil` when a value is out of its range, which a valid checksum rules out.
    /// - Parameter generation: the number of this start.
    func session(users: [SessionUser], generation: Int64) -> Session? {
        guard let token = UInt32(exactly: token), let nextUserNumber = Int32(exactly: nextUserNumber),
            let serverPort = UInt16(exactly: serverPort), let clientPort = UInt16(exactly: clientPort),
            let highest = highestRejoinID(generation: generation)
        else { return nil }
        return Session(
            id: id,
            token: token,
            users: users,
            nextUserNumber: nextUserNumber,
            portPair: dedicatedPair.map { .dedicated(Int($0)) } ?? .shared,
            ports: PortPair(server: serverPort, client: clientPort),
            hostNumber: hostNumber.flatMap { Int32(exactly: $0) },
            wasUsed: wasUsed != 0,
            highestRejoinID: highest,
            createdInGeneration: createdInGeneration,
            createdAt: createdAt,
            sequence: sequence,
            webhookURL: webhookURL
        )
    }
}
