import RelayControl
import RelayCore
import Testing

private let cases = [
    Case(
        "all is well",
        .healthy,
        ["host_bound", "user_bound", "user_bound"],
        says: "User 1 hosts from 203.0.113.7:1",
        "User 2 is bound from 203.0.113.7:2"
    ),
    Case("one user only", .healthy, user: 3, ["host_bound", "user_bound"], says: "User 3"),
    Case(
        "nobody ever came",
        Patient.healthy.with {
            $0.loseHost()
            $0.report?.wasUsed = false
            for user in 2...3 {
                $0.change(user: user) {
                    $0.endpoint = nil
                    $0.silence = nil
                }
            }
        },
        ["nobody_came", "user_never_heard", "user_never_heard", "user_never_heard"],
        says: "made 10 s ago",
        "32000",
        "32001",
        "firewall"
    ),
    Case(
        "the host never came, and players wait",
        Patient.healthy.with {
            $0.loseHost()
            $0.report?.heldDatagrams = 2
        },
        ["no_host", "host_on_client_port", "joiners_wait", "user_never_heard", "user_bound", "user_bound"],
        says: "server port 32000",
        "User 2 talks to the client port 32001 while nobody hosts"
    ),
    Case(
        "the host is gone",
        Patient.healthy.with { $0.report?.hostSilence = 42_000 },
        user: 2,
        ["host_silent", "user_bound"],
        says: "last heard 42 s ago",
        "203.0.113.7:1"
    ),
    Case(
        "the host hesitates",
        Patient.healthy.with { $0.report?.hostSilence = 4_200 },
        user: 2,
        ["host_quiet", "user_bound"],
        says: "4.2 s"
    ),
    Case(
        "the host has not come back after a restart",
        Patient.healthy.with { $0.report?.hostEndpoint = nil },
        user: 2,
        ["host_not_back", "user_bound"],
        says: "restart"
    ),
    Case(
        "a player took the host's role at the wrong port",
        Patient.healthy.with {
            $0.report?.hostUserToken = 102
            $0.change(user: 2) {
                $0.endpoint = nil
                $0.silence = nil
            }
        },
        user: 1,
        ["host_bound", "unexpected_host", "user_never_heard"],
        says: "User 2 hosts",
        "give it the client port 32001"
    ),
    Case(
        "a player was never heard, others are",
        Patient.healthy.with { $0.change(user: 3) { ($0.endpoint, $0.silence) = (nil, nil) } },
        user: 3,
        ["host_bound", "user_never_heard"],
        says: "The relay is reachable",
        "firewall"
    ),
    Case(
        "a pinned player was never heard",
        Patient.healthy.with {
            $0.change(user: 3) {
                $0.endpoint = nil
                $0.silence = nil
                $0.isPinned = true
            }
        },
        user: 3,
        ["host_bound", "user_never_heard"],
        says: "heard from 198.51.100.3 only"
    ),
    Case(
        "a player is gone",
        Patient.healthy.with { $0.change(user: 3) { ($0.endpoint, $0.silence) = (nil, 95_000) } },
        user: 3,
        ["host_bound", "user_gone"],
        says: "95 s ago",
        "After 30 s"
    ),
    Case(
        "a player hesitates",
        Patient.healthy.with { $0.change(user: 3) { $0.silence = 3_000 } },
        user: 3,
        ["host_bound", "user_quiet"],
        says: "3.0 s ago"
    ),
    Case(
        "a player rejoined, and is asked for by its new id",
        Patient.healthy.with { $0.change(user: 3) { $0.connectionID = 524_300 } },
        user: 524_300,
        ["host_bound", "user_bound"],
        says: "User 3, for the host now 524300 after a rejoin, is bound"
    ),
    Case(
        "two programs fight for one user",
        Patient.healthy.with {
            $0.change(user: 3) {
                $0.moves = 3
                $0.hasCandidate = true
            }
        },
        user: 3,
        ["host_bound", "user_bound", "user_moves", "user_roams"],
        says: "3 times within a minute"
    ),
    Case(
        "two addresses take a user from each other",
        Patient.healthy.with { $0.change(user: 3) { ($0.moves, $0.conflicts) = (8, 4) } },
        user: 3,
        ["host_bound", "user_bound", "user_contested"],
        says: "Its token is stolen, or two devices use it."
    ),
    Case(
        "three conflicts may be a bad network",
        Patient.healthy.with { $0.change(user: 3) { $0.conflicts = 3 } },
        user: 3,
        ["host_bound", "user_bound"]
    ),
    Case(
        "two addresses take the host from each other",
        Patient.healthy.with { $0.report?.hostConflicts = 4 },
        user: 2,
        ["host_bound", "host_contested", "user_bound"]
    ),
    Case(
        "two programs host",
        Patient.healthy.with { $0.report?.hostMoves = 3 },
        user: 2,
        ["host_bound", "host_moves", "user_bound"]
    ),
    Case(
        "a revoked user",
        Patient.healthy.with {
            $0.users = [1, 3]
            $0.report?.users.remove(at: 1)
        },
        user: 2,
        ["host_bound", "user_revoked"],
        says: "revoked"
    ),
    Case("a user that never was", .healthy, user: 4, ["host_bound", "no_such_user"], says: "its users are 1, 2, 3"),
    Case(
        "wrong user tokens just now",
        Patient.healthy.with {
            $0.report?.wrongUsers = 4
            $0.report?.wrongUsersAge = 2_000
        },
        user: 2,
        ["host_bound", "wrong_user_tokens", "user_bound"],
        says: "2.0 s ago"
    ),
    Case(
        "wrong user tokens a while ago are no news",
        Patient.healthy.with {
            $0.report?.wrongUsers = 4
            $0.report?.wrongUsersAge = 10_000
        },
        user: 2,
        ["host_bound", "user_bound"]
    ),
    Case(
        "draining",
        Patient.healthy.with { $0.isDraining = true },
        user: 2,
        ["relay_draining", "host_bound", "user_bound"]
    ),
    Case("parked", Patient.healthy.with { ($0.report, $0.isParked) = (nil, true) }, ["session_parked"]),
    Case("no worker has it", Patient.healthy.with { $0.report = nil }, ["session_not_served"]),
    Case(
        "no worker has the user",
        Patient.healthy.with { $0.report?.users.remove(at: 2) },
        user: 3,
        ["host_bound", "user_not_served"]
    ),
    Case(
        "drops of the user itself, where they are counted",
        Patient.healthy.with { $0.change(user: 3) { $0.drops = [.addressPinned: 5, .revoked: 0] } },
        user: 3,
        ["host_bound", "user_bound", "dropped_address_pinned"],
        says: "5 datagrams of user 3"
    ),
    Case(
        "drops of the whole relay, those that happen now",
        Patient.healthy.with {
            $0.drops = [DropSample(.wrongPort, total: 10, recent: 2), DropSample(.oversize, total: 9, recent: 0)]
        },
        user: 2,
        ["host_bound", "user_bound", "dropping_wrong_port"],
        says: "dropped 2 datagrams (10 since it started)",
        "only the host to the server port"
    ),
    Case(
        "the kernel refuses to send, and says why",
        Patient.healthy.with {
            $0.drops = [DropSample(.sendError, total: 10, recent: 2, failure: SendFailure(code: 1))]
        },
        user: 2,
        ["host_bound", "user_bound", "dropping_send_error"],
        says: "the kernel refused to send it, the last one with EPERM",
        "A firewall rule of this machine (OUTPUT) forbids it."
    ),
]

@Suite("Why a player does or does not get through")
struct DiagnosisTests {
    @Test("Each ailment is named, and nothing else is", arguments: cases)
    func codes(row: Case) { row.check() }

    @Test("Every problem says what to do, and no finding holds a token", arguments: cases)
    func advice(row: Case) { row.checkWords() }

    @Test("Every reason for a drop has words of its own")
    func words() {
        let meanings = DropReason.allCases.map(\.meaning)
        #expect(Set(meanings).count == DropReason.allCases.count)
        #expect(DropReason.allCases.allSatisfy { $0.advice.hasSuffix(".") })
    }

    @Test(
        "Times are told in the unit that people use",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1_000, "1.0 s"), (9_999, "9.9 s"), (10_000, "10 s"), (179_999, "179 s"),
            (180_000, "3 min"), (7_200_000, "2 h"), (172_800_000, "2 days"),
        ] as [(UInt32, String)]
    )
    func times(milliseconds: UInt32, text: String) {
        #expect(Diagnosis.time(milliseconds) == text)
    }
}
