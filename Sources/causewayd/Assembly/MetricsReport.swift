import RelayControl
import RelayCore
import RelayHTTP
import RelayMetrics
import RelayPlane

/// Gathers what `/metrics` shows. Labels are bounded: a worker's number, a drop's reason, a direction, a route.
struct MetricsReport: Sendable {
    let plane: RelayPlane
    let sessions: SessionService
    let lobbies: LobbyService
    let webhooks: WebhookDispatcher
    let requests: HTTPRequestCounters
    let connections: HTTPConnections
    let certificate: CertificateExpiry

    func page() async -> MetricsPage {
        var page = MetricsPage()
        for family in planeFamilies + kernelFamilies { page.add(family) }
        for family in await controlFamilies { page.add(family) }
        page.add(requests.family)
        var lost = MetricFamily(
            "causeway_log_records_dropped_total",
            .counter,
            help: "Records of the log that were lost because what they are written to did not read."
        )
        lost.add(LogQueue.shared.dropped)
        page.add(lost)
        for family in connections.families { page.add(family) }
        page.add(certificate.family)
        var build = MetricFamily("causeway_build_info", .gauge, help: "The version that runs; always 1.")
        build.add(1 as UInt64, labels: [.init("version", Version.number)])
        page.add(build)
        return page
    }

    private var planeFamilies: [MetricFamily] {
        [
            counter("causeway_received_datagrams_total", "Datagrams received.", .receivedDatagrams),
            counter("causeway_received_bytes_total", "Bytes received, UDP payload.", .receivedBytes),
            directions(
                "causeway_forwarded_datagrams_total",
                "Datagrams forwarded.",
                .toHostDatagrams,
                .toClientDatagrams
            ),
            directions(
                "causeway_forwarded_bytes_total",
                "Bytes forwarded, UDP payload.",
                .toHostBytes,
                .toClientBytes
            ),
            counter("causeway_answered_pings_total", "PINGs with valid tokens answered.", .answeredPings),
            counter("causeway_invalid_replies_total", "Answers to wrong tokens.", .invalidReplies),
            drops,
            counter(
                "causeway_kernel_dropped_datagrams_total",
                "Datagrams that the kernel dropped before the worker saw them: queue overflows and filtered ones.",
                .kernelDrops
            ),
            gauge("causeway_held_datagrams", "Datagrams that wait for a host or a confirmation.", .heldNow),
            counter("causeway_held_delivered_total", "Held datagrams delivered late.", .heldDelivered),
            counter("causeway_endpoint_moves_total", "Users and hosts that changed their address.", .endpointMoves),
            counter("causeway_rejoins_total", "New connection ids for rejoining players.", .rejoins),
            counter("causeway_host_claims_total", "Users that became host.", .hostClaims),
            counter("causeway_receive_batches_total", "Batches received.", .receiveBatches),
            batchSizes,
            latencies,
            counter("causeway_send_batches_total", "Batches sent.", .sendBatches),
            counter(
                "causeway_joined_datagrams_total",
                "Datagrams that left together with others to the same place.",
                .joinedDatagrams
            ),
            tableMemory,
            gauge("causeway_worker_sessions", "Sessions a worker serves.", .sessionsNow),
            gauge("causeway_worker_users", "Users a worker serves.", .usersNow),
        ]
    }

    private var kernelFamilies: [MetricFamily] {
        let losses = plane.kernelLosses
        var overflows = MetricFamily(
            "causeway_queue_overflows_total",
            .counter,
            help: "Datagrams lost in full receive queues."
        )
        overflows.add(losses.overflows)
        var filtered = MetricFamily(
            "causeway_filtered_datagrams_total",
            .counter,
            help: "Datagrams of impossible length or type that the kernel dropped; one in 16 is let through and judged."
        )
        filtered.add(losses.filtered)
        return [overflows, filtered]
    }

    private var batchSizes: MetricFamily {
        var family = MetricFamily("causeway_receive_batch_size", .histogram, help: "Datagrams of a batch received.")
        for (worker, page) in plane.counters.enumerated() {
            family.add(
                bounds: CounterPage.batchBounds.map(Double.init),
                counts: page.batches,
                sum: .whole(page[.receivedDatagrams]),
                labels: [.init("worker", "\(worker)")]
            )
        }
        return family
    }

    private var latencies: MetricFamily {
        var family = MetricFamily(
            "causeway_relay_latency_seconds",
            .histogram,
            help:
                "From a datagram's arrival in the kernel until its batch has left; one in 10 ms is timed."
        )
        for (worker, page) in plane.counters.enumerated() {
            let latencies = page.latencies
            family.add(
                bounds: CounterPage.latencyBounds.map { Double($0) / 1e9 },
                counts: latencies.buckets,
                sum: .real(Double(latencies.sum) / 1e9),
                labels: [.init("worker", "\(worker)")]
            )
        }
        return family
    }

    private var controlFamilies: [MetricFamily] {
        get async {
            let counts = await sessions.counts
            let gathered = await lobbies.counts
            let owed = await webhooks.pendingCount
            return [
                single("causeway_sessions", "Relay sessions alive.", counts.sessions),
                single("causeway_users", "Users of the sessions alive.", counts.users),
                single("causeway_reserved_tokens", "Tokens of ended sessions kept from reuse.", counts.reservedTokens),
                single(
                    "causeway_unsettled_removals",
                    "Sessions with removals in force but not durable yet.",
                    counts.unsettledRemovals
                ),
                single("causeway_parked_sessions", "Stored sessions without a port to be served on.", counts.parked),
                lostTails(counts.lostTails),
                single("causeway_lobby_services", "Lobby services deployed.", gathered.deployments),
                single("causeway_lobbies", "Lobbies alive.", gathered.lobbies),
                single("causeway_lobby_players", "Players in lobbies.", gathered.players),
                single("causeway_lobby_listeners", "Connections that listen to lobby events.", gathered.listeners),
                single("causeway_pending_webhooks", "Webhooks not delivered yet.", owed),
            ]
        }
    }

    private var drops: MetricFamily {
        var family = MetricFamily(
            "causeway_dropped_datagrams_total",
            .counter,
            help: "Datagrams dropped, by reason; see docs/wire.md."
        )
        for reason in DropReason.allCases {
            family.add(
                plane.counters.reduce(0) { $0 + $1[reason] },
                labels: [.init("reason", reason.label)]
            )
        }
        return family
    }

    private var tableMemory: MetricFamily {
        var family = MetricFamily(
            "causeway_worker_table_bytes",
            .gauge,
            help: "Memory that a worker's tables of sessions and users take up now."
        )
        for (worker, bytes) in plane.residentTableBytes.enumerated() {
            family.add(UInt64(bytes), labels: [.init("worker", "\(worker)")])
        }
        return family
    }

    private func counter(_ name: String, _ help: String, _ counter: Counter) -> MetricFamily {
        perWorker(name, .counter, help, counter)
    }

    private func gauge(_ name: String, _ help: String, _ counter: Counter) -> MetricFamily {
        perWorker(name, .gauge, help, counter)
    }

    private func perWorker(
        _ name: String,
        _ kind: MetricFamily.Kind,
        _ help: String,
        _ counter: Counter
    ) -> MetricFamily {
        var family = MetricFamily(name, kind, help: help)
        for (worker, page) in plane.counters.enumerated() {
            family.add(page[counter], labels: [.init("worker", "\(worker)")])
        }
        return family
    }

    private func directions(_ name: String, _ help: String, _ toHost: Counter, _ toClient: Counter) -> MetricFamily {
        var family = MetricFamily(name, .counter, help: help)
        for (worker, page) in plane.counters.enumerated() {
            family.add(page[toHost], labels: [.init("direction", "to_host"), .init("worker", "\(worker)")])
            family.add(page[toClient], labels: [.init("direction", "to_client"), .init("worker", "\(worker)")])
        }
        return family
    }

    private func lostTails(_ count: Int) -> MetricFamily {
        var family = MetricFamily(
            "causeway_lost_tails_accepted_total",
            .counter,
            help:
                "Starts on a database that had lost what it acknowledged, accepted by the operator; kept in the database."
        )
        family.add(UInt64(count))
        return family
    }

    private func single(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
        var family = MetricFamily(name, .gauge, help: help)
        family.add(UInt64(value))
        return family
    }
}
