internal import RelayControl

extension SessionRequest {
    /// Reads the body of a create call, types only: the values are the directory's to judge. Unknown fields are ignored;
    /// `filters` and `webhook_url` may be absent, null or empty, since clients send all of these.
    init(body: JSONField) throws(RelayError) {
        var addresses: [String] = []
        for user in try body.field("users").elements() {
            addresses.append(try user.field("ip").string())
        }
        let filters = try body.field("filters")
        let webhook = try body.field("webhook_url")
        self.init(
            addresses: addresses,
            filters: filters.isAbsent ? [] : try Self.filters(filters),
            webhookURL: webhook.isAbsent ? nil : try webhook.string()
        )
    }

    private static func filters(_ list: JSONField) throws(RelayError) -> [PlacementFilter] {
        var filters: [PlacementFilter] = []
        for filter in try list.elements() {
            var values: [String] = []
            for value in try filter.field("values").elements() { values.append(try value.string()) }
            let kindField = try filter.field("filter_type")
            let kind = try kindField.string()
            guard let known = PlacementFilter.Kind(rawValue: kind) else {
                let kinds = PlacementFilter.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw RelayError(.invalid, "\(kindField.path) is \(kind.quotedForMessage); use one of \(kinds)")
            }
            filters.append(PlacementFilter(field: try filter.field("field").string(), values: values, kind: known))
        }
        return filters
    }
}

/// The body of an authorize-user call.
struct AuthorizeUserBody {
    let sessionID: String
    let userIP: String

    init(body: JSONField) throws(RelayError) {
        sessionID = try body.field("session_id").sessionID()
        userIP = try body.field("user_ip").string()
    }
}

/// The body of a revoke-user call.
struct RevokeUserBody {
    let sessionID: String
    /// `nil` where the number is larger than any token, so that nobody has it.
    let userToken: UInt32?

    init(body: JSONField) throws(RelayError) {
        sessionID = try body.field("session_id").sessionID()
        let field = try body.field("authorization_token")
        // The value may be a live token, so it does not come back in the message.
        guard let number = field.wholeNumber() else {
            throw RelayError(
                .invalid,
                "\(field.path) is \(field.isAbsent ? field.kind : "not a token"); send the user's token, a whole number, "
                    + "as a number or as a string"
            )
        }
        userToken = UInt32(exactly: number)
    }
}
