import Foundation
import Glibc
import Synchronization
import Testing

/// What the lobby service's budgets are for: the API stays quick beside callers who do as much as they can.
///
/// `CAUSEWAY_LOBBY_LOAD=1000` makes as many lobbies and players as a service may have; the ratios are printed.
@Suite(.showsLogOnFailure, .serialized) struct LobbyLoadTests {
    private static let size = ProcessInfo.processInfo.environment["CAUSEWAY_LOBBY_LOAD"].flatMap { Int($0) } ?? 100
    /// The goal is 3, for a release build on a machine of its own; tests share theirs with others.
    private static let mostRatio = 12.0

    private enum Attack: String, CaseIterable {
        case list = "four connections that list"
        case read = "one that reads a large lobby"
        case rejoin = "four that leave and rejoin it"
    }

    @Test("The API goes on beside callers who list, read and rejoin without a pause")
    func beside() throws {
        try withDaemon { daemon in
            let api = daemon.api
            _ = try expectJSON(api.post("/v1/lobbies", #"{"name": "game"}"#))
            _ = try expectJSON(api.post("/v1/lobbies:deploy", #"{"name": "game"}"#), status: 202)
            let name = String(repeating: "n", count: 128)
            let tags = (0..<32).map { #""\#(String(repeating: "t", count: 60))\#($0)""# }.joined(separator: ",")
            let fat =
                #"{"name": "\#(name)", "capacity": 4, "player": {"id": "host"}, "tags": [\#(tags)]}"#
            for _ in 0..<Self.size - 1 { #expect(try api.post("/l/game/lobbies", fat).status == 200) }
            let player = daemon.api(authorization: nil)
            let large = #"{"name": "large", "capacity": \#(Self.size), "player": {"id": "host"}}"#
            let id = try #require(expectJSON(player.post("/l/game/lobbies", large))["lobby_id"]?.string)
            _ = try expectJSON(player.post("/l/game/lobbies:start", #"{"lobby_id": "\#(id)"}"#))
            for number in 0..<Self.size - 6 {
                let player = String(repeating: "p", count: 100) + "\(number)"
                let join = #"{"lobby_id": "\#(id)", "player": {"id": "\#(player)"}}"#
                #expect(try api.post("/l/game/lobbies:join", join).status == 200)
            }
            let alone = try median(api)
            for attack in Attack.allCases {
                let isOver = Flag()
                let calls = start(attack, on: id, at: daemon.apiAddress, until: isOver)
                let beside = try median(api)
                isOver.set()
                let counts = calls.map { $0.wait() }
                let ratio = beside / alone
                print("lobby load: create p50 \(alone) ms, x\(ratio) beside \(attack.rawValue): \(counts)")
                #expect(ratio < Self.mostRatio, "\(attack.rawValue)")
                #expect(counts.allSatisfy { $0.answered > 0 }, "\(attack.rawValue)")
            }
        }
    }

    /// Milliseconds that the API takes to create a session, over at least two seconds.
    private func median(_ api: APIClient) throws -> Double {
        var times: [Double] = []
        let end = ContinuousClock.now + .seconds(2)
        while times.count < 20 || ContinuousClock.now < end {
            let start = ContinuousClock.now
            let session = try api.createSession()
            times.append(start.duration(to: .now) / .milliseconds(1))
            try api.remove(session)
        }
        return times.sorted()[times.count / 2]
    }

    private func start(_ attack: Attack, on id: String, at address: SocketAddress, until isOver: Flag) -> [Attacker] {
        switch attack {
        case .list: (0..<4).map { _ in Attacker(address, until: isOver) { _ in [("GET", "/l/game/lobbies", nil)] } }
        case .read: [Attacker(address, until: isOver) { _ in [("GET", "/l/game/lobbies/\(id)", nil)] }]
        case .rejoin:
            (0..<4).map { number in
                let body = #"{"lobby_id": "\#(id)", "player": {"id": "rejoiner-\#(number)"}}"#
                return Attacker(address, until: isOver) { _ in
                    [("POST", "/l/game/lobbies:join", body), ("POST", "/l/game/lobbies:leave", body)]
                }
            }
        }
    }
}

/// Makes calls one after the other, without a pause, on a thread and a connection of its own.
private final class Attacker: Sendable {
    struct Count: Sendable {
        var answered = 0
        var refused = 0
    }

    private let count = Mutex(Count())
    private let isDone = Flag()

    init(
        _ address: SocketAddress,
        until isOver: Flag,
        _ calls: @escaping @Sendable (Int) -> [(method: String, path: String, body: String?)]
    ) {
        Thread.detachNewThread { [self] in
            let connection = HTTPConnection(address)
            var round = 0
            while !isOver.isSet {
                for call in calls(round) {
                    let answer = try? connection.request(
                        call.method,
                        call.path,
                        headers: [("Content-Type", "application/json")],
                        body: call.body.map { Array($0.utf8) }
                    )
                    count.withLock { count in
                        if answer?.status == 429 { count.refused += 1 } else if answer != nil { count.answered += 1 }
                    }
                }
                round += 1
            }
            isDone.set()
        }
    }

    /// How many calls were answered and refused, once it has stopped.
    func wait() -> Count {
        while !isDone.isSet { usleep(1000) }
        return count.withLock { $0 }
    }
}

private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}
