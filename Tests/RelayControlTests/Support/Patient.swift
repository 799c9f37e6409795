import RelayControl
import RelayCore
import Testing

/// A session of three users with tokens 101 to 103 at ports 32000/32001, made ten seconds ago.
struct Patient {
    static let address = PeerAddress(bytes: [203, 0, 113, 7])

    var report: SessionReport? = SessionReport(silence: 100, wasUsed: true)
    var users: [Int32] = [1, 2, 3]
    var isParked = false
    var isDraining = false
    var drops: [DropSample] = []
    /// The session a second before, where it was looked at twice.
    var earlier: SessionReport?
    /// Seconds since the session was made, and since the daemon started.
    var age = 10.0
    var uptime = 10.0
    /// When users were added lately, in seconds before now.
    var arrivals: [Int32: Double] = [:]
    var identity = RelayIdentity(address: "192.0.2.1", hostname: "*.relay.example.net")

    static func endpoint(_ port: UInt16) -> PeerEndpoint {
        guard let address else { fatalError("four bytes are an address") }
        return PeerEndpoint(address, port: port)
    }

    /// User 1 hosts and users 2 and 3 play, all heard 100 ms ago.
    static var healthy: Patient {
        var patient = Patient()
        patient.report?.hostUserToken = 101
        patient.report?.hostEndpoint = endpoint(1)
        patient.report?.hostSilence = 100
        patient.report?.users = ([1, 2, 3] as [UInt32]).map { user in
            var report = UserReport(userToken: 100 + user, connectionID: Int32(user))
            if user != 1 {
                report.endpoint = endpoint(UInt16(user))
                report.silence = 100
            }
            return report
        }
        return patient
    }

    func with(_ change: (inout Patient) -> Void) -> Patient {
        var patient = self
        change(&patient)
        return patient
    }

    func findings(user: Int32? = nil) -> [Finding] { Diagnosis.findings(symptoms, user: user) }

    var symptoms: Symptoms {
        let session = Session(
            id: "0123456789ab-S",
            token: 7_654_321,
            users: users.map { SessionUser(number: $0, address: "198.51.100.\($0)", token: 100 + UInt32($0)) },
            nextUserNumber: 4,
            portPair: .shared,
            ports: PortPair(server: 32000, client: 32001),
            createdInGeneration: 1,
            createdAt: 1_000,
            sequence: 1
        )
        let inspected = InspectedSession(
            session: session,
            isParked: isParked,
            report: report,
            arrivals: arrivals.mapValues { 1_000 + age - $0 }
        )
        return Symptoms(
            inspected: inspected,
            earlier: earlier,
            drops: drops,
            isDraining: isDraining,
            now: 1_000 + age,
            uptime: uptime,
            identity: identity
        )
    }

    mutating func change(user: Int, _ change: (inout UserReport) -> Void) {
        guard var users = report?.users else { return }
        change(&users[user - 1])
        report?.users = users
    }

    mutating func loseHost() {
        report?.hostUserToken = nil
        report?.hostEndpoint = nil
        report?.hostSilence = nil
    }
}

/// What ails a session, and what has to be said about it.
struct Case: Sendable, CustomTestStringConvertible {
    let patient: Patient
    let user: Int32?
    let codes: [String]
    /// Words that have to stand somewhere in the findings.
    let words: [String]
    let testDescription: String

    init(_ name: String, _ patient: Patient, user: Int32? = nil, _ codes: [String], says words: String...) {
        testDescription = name
        self.patient = patient
        self.user = user
        self.codes = codes
        self.words = words
    }

    func check() {
        let findings = patient.findings(user: user)
        #expect(findings.map(\.code) == codes)
        let text = findings.map { "\($0.what) \($0.advice ?? "")" }.joined(separator: "\n")
        for words in words { #expect(text.contains(words), "\(text)") }
    }

    /// Every problem says what to do, and no finding holds a token.
    func checkWords() {
        let findings = patient.findings(user: user)
        for finding in findings where finding.weight == .problem {
            #expect(finding.advice?.isEmpty == false, "\(finding.code)")
        }
        let text = findings.map { "\($0.what) \($0.advice ?? "")" }.joined()
        for token in ["7654321", "101", "102", "103"] { #expect(!text.contains(token), "\(text)") }
    }
}
