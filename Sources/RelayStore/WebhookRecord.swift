internal import Foundation
internal import GRDB
internal import RelayControl

/// A row of `webhooks`.
struct WebhookRecord {
    var webhook: PendingWebhook

    private static let columns = "id, session_id, url, body, created_at, attempts, next_attempt_at, checksum"
    static let selectAll = "SELECT \(columns) FROM webhooks ORDER BY id"
    static let select = "SELECT \(columns) FROM webhooks WHERE id = ?"
    static let delete = "DELETE FROM webhooks WHERE id = ?"
    private static let upsert = "INSERT OR REPLACE INTO webhooks (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

    init(_ webhook: PendingWebhook) { self.webhook = webhook }

    /// The key as far as it can be read, and the record where the checksum fits.
    static func read(_ row: inout RowReader) -> (id: Int64?, record: WebhookRecord?) {
        let id = row.integer()
        guard let id, let sessionID = row.text(), let url = row.text(), let body = row.blob(),
            let createdAt = row.real(), let attempts = row.integer(as: Int.self), let nextAttemptAt = row.real(),
            let checksum = row.integer()
        else { return (id, nil) }
        let record = WebhookRecord(
            PendingWebhook(
                id: id,
                sessionID: sessionID,
                url: url,
                body: body,
                createdAt: createdAt,
                attempts: attempts,
                nextAttemptAt: nextAttemptAt
            )
        )
        return (id, record.checksum == checksum ? record : nil)
    }

    private var checksum: Int64 {
        var sum = RowChecksum(table: "webhooks")
        sum.add(webhook.id)
        sum.add(webhook.sessionID)
        sum.add(webhook.url)
        sum.add(webhook.body)
        sum.add(webhook.createdAt)
        sum.add(Int64(webhook.attempts))
        sum.add(webhook.nextAttemptAt)
        return sum.value
    }

    func write(to db: Database) throws {
        try db.cachedStatement(sql: Self.upsert).execute(arguments: [
            webhook.id, webhook.sessionID, webhook.url, Data(webhook.body), webhook.createdAt, webhook.attempts,
            webhook.nextAttemptAt, checksum,
        ])
    }
}
