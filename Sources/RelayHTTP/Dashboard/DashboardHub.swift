internal import FoundationEssentials
internal import NIOCore
internal import RelayAdmin
internal import RelayControl
internal import RelayCore

/// Looks at the relay once a second for those who watch, and only while somebody does: once for all who watch the same.
actor DashboardHub {
    enum Topic: Hashable, Sendable {
        case overview(SessionSelection = .all, page: Int)
        case session(id: String)
    }

    /// Connections that may watch at once.
    static let maxListeners = 32
    /// Events that wait for a slow listener before it is let go: it holds no more memory than these.
    private static let maxWaiting = 8

    private struct Room {
        var listeners: [UInt64: AsyncStream<ByteBuffer>.Continuation] = [:]
        /// What was known of the session when the listeners were told last.
        var glance: RelayGlance?
        var task: Task<Void, Never>
    }

    private let source: any DashboardSource
    private let interval: Duration
    private var rooms: [Topic: Room] = [:]
    private var nextListener: UInt64 = 0
    /// Places taken by those who listen or are about to.
    private(set) var listenerCount = 0

    /// - Parameter interval: how often those who watch are told.
    init(source: any DashboardSource, interval: Duration = .seconds(1)) {
        self.source = source
        self.interval = interval
    }

    /// Whether anything is looked at.
    var isIdle: Bool { rooms.isEmpty }

    /// Server-sent events: at once how it is, before that of the overview the last hour; then one a second, until the
    /// session ends or the listener goes.
    /// - Throws: `RelayError`: `.tooMany`, `.notFound`, `.unavailable`.
    func events(on topic: Topic) async throws -> AsyncStream<ByteBuffer> {
        guard listenerCount < Self.maxListeners else {
            throw RelayError(.tooMany, "\(Self.maxListeners) connections watch already; close a page, or wait a moment")
        }
        listenerCount += 1
        var first: [ByteBuffer] = []
        let glance: RelayGlance?
        do {
            if case .overview = topic { first.append(try Self.event("history", await source.history())) }
            let (event, seen) = try await render(topic, since: nil)
            first.append(event)
            glance = seen
        } catch {
            listenerCount -= 1
            throw error
        }
        let (events, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self,
            bufferingPolicy: .bufferingOldest(Self.maxWaiting)
        )
        let number = nextListener
        nextListener += 1
        for event in first { continuation.yield(event) }
        let task =
            rooms[topic]?.task
            ?? Task { [weak self, interval] in
                while !Task.isCancelled {
                    guard (try? await Task.sleep(for: interval)) != nil else { return }
                    await self?.tell(topic)
                }
            }
        rooms[topic, default: Room(glance: glance, task: task)].listeners[number] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { [weak self] in await self?.remove(number, from: topic) }
        }
        return events
    }

    private func tell(_ topic: Topic) async {
        guard let room = rooms[topic] else { return }
        do {
            let (event, glance) = try await render(topic, since: room.glance)
            rooms[topic]?.glance = glance
            send(event, to: topic)
        } catch let error as RelayError where error.code == .notFound {
            guard let ended = try? Self.event("ended", MessageBody(message: error.message)) else { return }
            send(ended, to: topic)
            for listener in (rooms[topic]?.listeners ?? [:]).values { listener.finish() }
        } catch {
            // What cannot be told now may be in a second; the connection shows that it lives.
            send(ByteBuffer(string: ": nothing to tell\n\n"), to: topic)
        }
    }

    private func send(_ event: ByteBuffer, to topic: Topic) {
        for listener in rooms[topic]?.listeners.values ?? [:].values {
            if case .dropped = listener.yield(event) { listener.finish() }
        }
    }

    private func remove(_ number: UInt64, from topic: Topic) {
        guard rooms[topic]?.listeners.removeValue(forKey: number) != nil else { return }
        listenerCount -= 1
        guard rooms[topic]?.listeners.isEmpty == true else { return }
        rooms.removeValue(forKey: topic)?.task.cancel()
    }

    private func render(_ topic: Topic, since earlier: RelayGlance?) async throws -> (ByteBuffer, RelayGlance?) {
        switch topic {
        case .overview(let show, let page):
            return (try Self.event("overview", await source.overview(show, page: page)), nil)
        case .session(let id):
            let (body, glance) = try await source.session(id: id, since: earlier)
            return (try Self.event("session", body), glance)
        }
    }

    /// One event as the HTML standard's `text/event-stream` has it. JSON text has no line breaks, so it is one `data` line.
    private static func event(_ name: String, _ body: some Encodable) throws -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        buffer.writeBytes(try AdminJSON.encode(body))
        buffer.writeString("\n\n")
        return buffer
    }
}
