import RelayControl
import RelayCore
import Testing

private let cases = [
    Case(
        "figures of the link stand beside where somebody is bound",
        Patient.healthy.with {
            $0.report?.hostRate = Rate(datagrams: 120, bytes: 60_000)
            $0.report?.hostLink = LinkQuality(pings: 99, missedPings: 1, jitter: 2.25)
            $0.change(user: 2) {
                $0.rate = Rate(datagrams: 30, bytes: 900)
                $0.link = LinkQuality(pings: 50, jitter: 0.5, gaps: 1, longestGap: 1_500, moves: 2, rejoins: 1)
            }
        },
        user: 2,
        ["host_bound", "user_bound"],
        says: "120 datagrams a second, 60.0 kB/s, jitter 2.3 ms, 1 of 100 PINGs missing.",
        "30 datagrams a second, 900 B/s, jitter 0.5 ms, 0 of 50 PINGs missing, gaps: 1, moves: 2, rejoins: 1."
    ),
    Case(
        "a player loses more than one PING in twenty",
        Patient.healthy.with { $0.change(user: 2) { $0.link = LinkQuality(pings: 940, missedPings: 60, jitter: 99) } },
        user: 2,
        ["host_bound", "user_bound", "link_lossy"],
        says: "60 of 1000 PINGs are missing (6 %)"
    ),
    Case(
        "one PING in twenty is no finding",
        Patient.healthy.with { $0.change(user: 2) { $0.link = LinkQuality(pings: 950, missedPings: 50) } },
        user: 2,
        ["host_bound", "user_bound"]
    ),
    Case(
        "a few PINGs tell nothing yet",
        Patient.healthy.with { $0.change(user: 2) { $0.link = LinkQuality(pings: 30, missedPings: 29) } },
        user: 2,
        ["host_bound", "user_bound"]
    ),
    Case(
        "the host's link is uneven",
        Patient.healthy.with {
            $0.report?.hostLink = LinkQuality(
                pings: 99,
                missedPings: 1,
                jitter: 42,
                gaps: 3,
                longestGap: 4_200,
                lastGapAge: 12_000
            )
        },
        user: 2,
        ["host_bound", "link_jittery", "link_gaps", "user_bound"],
        says: "The host, user 1, arrives unevenly",
        "varies by 42.0 ms",
        "3 times, 4.2 s at most; the last time ended 12 s ago"
    ),
    Case(
        "gaps of long ago are no finding",
        Patient.healthy.with {
            $0.change(user: 2) { $0.link = LinkQuality(gaps: 1, longestGap: 2_000, lastGapAge: 300_000) }
        },
        user: 2,
        ["host_bound", "user_bound"]
    ),
    Case(
        "the wrong port: a player's transport is pointed at the server port",
        Patient.healthy.with {
            $0.change(user: 3) {
                ($0.endpoint, $0.silence) = (nil, nil)
                $0.usage.datagramsFrom = 20
                $0.drops = [.notHost: 7]
                ($0.lastDrop, $0.lastDropAge) = (.notHost, 300)
            }
        },
        ["host_bound", "user_bound", "user_on_server_port", "dropped_not_host"],
        says: "User 3 talks to the server port 32000 and does not host",
        "players talk to 32001",
        "7 datagrams of user 3 were dropped, the last 300 ms ago"
    ),
    Case(
        "a former host has left, and another user has taken over",
        Patient.healthy.with {
            $0.change(user: 3) {
                ($0.endpoint, $0.silence) = (nil, nil)
                $0.usage.datagramsFrom = 9_000
            }
        },
        ["host_bound", "user_bound", "user_left_server_port"],
        says: "User 3 was heard at the server port 32000 only",
        "Where it hosted before: nothing"
    ),
    Case(
        "the wrong port: the host's transport is pointed at the client port",
        Patient.healthy.with {
            $0.loseHost()
            $0.users = [1, 2]
            $0.report?.users.remove(at: 2)
            $0.change(user: 1) { ($0.endpoint, $0.silence) = (Patient.endpoint(1), 100) }
            $0.change(user: 2) {
                $0.drops = [.noHost: 3]
                ($0.lastDrop, $0.lastDropAge) = (.noHost, 900)
            }
        },
        ["no_host", "host_on_client_port", "user_bound", "user_bound", "dropped_no_host"],
        says: "Nobody hosts: no user has pinged the server port 32000",
        "User 1 talks to the client port 32001 while nobody hosts",
        "its transport is pointed at the wrong port: the host talks to 32000, players to 32001"
    ),
    Case(
        "a player took the host's role, and the host knocks in vain",
        Patient.healthy.with {
            $0.users = [1, 2]
            $0.report?.users.remove(at: 2)
            $0.report?.hostUserToken = 102
            $0.change(user: 2) { ($0.endpoint, $0.silence) = (nil, nil) }
            $0.change(user: 1) { $0.drops = [.notHost: 4] }
        },
        ["host_bound", "unexpected_host", "user_on_server_port", "dropped_not_host"],
        says: "User 2 hosts, and user 1, who usually does",
        "give it the client port 32001"
    ),
    Case(
        "a revoked token is still in use",
        Patient.healthy.with {
            $0.users = [1, 3]
            $0.report?.users.remove(at: 1)
            $0.report?.drops = [.revoked: 12]
            $0.earlier = $0.report
            $0.earlier?.drops = [.revoked: 10]
        },
        ["host_bound", "dropped_revoked", "user_bound"],
        says: "12 datagrams came with the session's token and a revoked user's (2 just now); user 2 was revoked.",
        "authorize a new user"
    ),
    Case(
        "the host is gone",
        Patient.healthy.with { $0.report?.hostSilence = 42_000 },
        ["host_silent", "user_bound", "user_bound"],
        says: "The host, user 1 at 203.0.113.7:1, was last heard 42 s ago.",
        "it is gone. Start it again, or let another user host."
    ),
    Case(
        "a wrong user token some time ago",
        Patient.healthy.with {
            $0.report?.drops = [.unknownUser: 9]
            $0.report?.wrongUsersAge = 240_000
        },
        user: 2,
        ["host_bound", "dropped_unknown_user", "user_bound"],
        says: "a user token that the session does not have, the last 4 min ago"
    ),
    Case(
        "a user past its limit",
        Patient.healthy.with {
            $0.change(user: 2) {
                $0.drops = [.overUserLimit: 5_000]
                ($0.lastDrop, $0.lastDropAge) = (.overUserLimit, 0)
            }
        },
        user: 2,
        ["host_bound", "user_bound", "dropped_over_user_limit"],
        says: "limits.user_datagrams"
    ),
]

@Suite("What links and drops tell of a player")
struct DiagnosisLinkTests {
    @Test("Each ailment is named, and nothing else is", arguments: cases)
    func codes(row: Case) { row.check() }

    @Test("Every problem says what to do, and no finding holds a token", arguments: cases)
    func words(row: Case) { row.checkWords() }

    @Test(
        "A drop is a problem while it is recent and explains something, and else a note",
        arguments: [
            (.addressPinned, 1_000, nil, .problem), (.addressPinned, 61_000, nil, .note),
            (.addressPinned, 61_000, 4, .problem), (.addressPinned, 61_000, 5, .note),
            (.noAddress, 1_000, nil, .note), (.retiredEndpoint, 1_000, 0, .note), (.noHost, 1_000, nil, .note),
        ] as [(DropReason, UInt32, UInt64?, Finding.Weight)]
    )
    func weight(reason: DropReason, age: UInt32, before: UInt64?, weight: Finding.Weight) throws {
        var patient = Patient.healthy
        patient.change(user: 2) {
            $0.drops = [reason: 5]
            ($0.lastDrop, $0.lastDropAge) = (reason, age)
        }
        if let before {
            var earlier = patient
            earlier.change(user: 2) { $0.drops = [reason: before] }
            patient.earlier = earlier.report
        }
        let finding = try #require(patient.findings(user: 2).last)
        #expect(finding.code == "dropped_\(reason.label)")
        #expect(finding.weight == weight)
    }

    @Test("Of several reasons the last comes first, and those before are notes")
    func order() {
        var patient = Patient.healthy
        patient.change(user: 2) {
            $0.drops = [.wrongPort: 2, .addressPinned: 5]
            ($0.lastDrop, $0.lastDropAge) = (.addressPinned, 1_000)
        }
        let findings = patient.findings(user: 2).suffix(2)
        #expect(findings.map(\.code) == ["dropped_address_pinned", "dropped_wrong_port"])
        #expect(findings.map(\.weight) == [.problem, .note])
    }

    @Test("What the relay drops of this session alone is not told twice")
    func relay() {
        var patient = Patient.healthy
        patient.earlier = patient.report
        patient.change(user: 2) { $0.drops = [.addressPinned: 3] }
        patient.drops = [
            DropSample(.addressPinned, total: 3, recent: 3), DropSample(.unknownSession, total: 1, recent: 1),
        ]
        #expect(patient.findings().map(\.code).suffix(2) == ["user_bound", "dropping_unknown_session"])
        patient.drops[0].recent = 4
        #expect(patient.findings().map(\.code).contains("dropping_address_pinned"))
    }

    @Test("A revoked user's datagrams are a note where none came while it was looked at", arguments: [true, false])
    func revokedBefore(looksTwice: Bool) throws {
        var patient = Patient.healthy
        patient.report?.drops = [.revoked: 12]
        if looksTwice { patient.earlier = patient.report }
        let finding = try #require(patient.findings().first { $0.code == "dropped_revoked" })
        #expect(finding.weight == .note)
    }
}
