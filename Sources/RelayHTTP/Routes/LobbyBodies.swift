internal import RelayControl

// The bodies of calls on a lobby service: types only, the values are the service's to judge. Unknown fields are
// ignored.

extension LobbyRequest {
    init(body: JSONField) throws(RelayError) {
        let isJoinable = try body.field("is_joinable")
        let tags = try body.field("tags")
        let annotations = try body.field("annotations")
        self.init(
            name: try body.field("name").string(),
            capacity: try Self.capacity(body.field("capacity")),
            isJoinable: isJoinable.isAbsent ? true : try isJoinable.boolean(),
            playerID: try body.field("player").field("id").string(),
            tags: tags.isAbsent ? [] : try Self.texts(tags),
            annotations: annotations.isAbsent ? [] : try Self.annotations(annotations)
        )
    }

    private static func annotations(_ list: JSONField) throws(RelayError) -> [LobbyAnnotation] {
        var annotations: [LobbyAnnotation] = []
        for entry in try list.elements() {
            let inject = try entry.field("inject")
            annotations.append(
                LobbyAnnotation(
                    inject: inject.isAbsent ? false : try inject.boolean(),
                    key: try entry.field("key").string(),
                    value: try entry.field("value").string()
                )
            )
        }
        return annotations
    }

    fileprivate static func texts(_ list: JSONField) throws(RelayError) -> [String] {
        var texts: [String] = []
        for entry in try list.elements() { texts.append(try entry.string()) }
        return texts
    }

    fileprivate static func capacity(_ field: JSONField) throws(RelayError) -> Int {
        guard let number = field.wholeNumber() else {
            throw RelayError(
                .invalid,
                "\(field.path) is \(field.isAbsent ? field.kind : "no whole number"); send how many players may be in the lobby"
            )
        }
        return Int(number)
    }
}

extension LobbyUpdate {
    init(body: JSONField) throws(RelayError) {
        let capacity = try body.field("capacity")
        let isJoinable = try body.field("is_joinable")
        let tags = try body.field("tags")
        self.init(
            capacity: capacity.isAbsent ? nil : try LobbyRequest.capacity(capacity),
            isJoinable: isJoinable.isAbsent ? nil : try isJoinable.boolean(),
            tags: tags.isAbsent ? nil : try LobbyRequest.texts(tags)
        )
    }
}

/// The body of a call to join or to leave.
struct LobbyPlayerBody {
    let lobbyID: String
    let playerID: String

    init(body: JSONField) throws(RelayError) {
        let lobby = try body.field("lobby_id")
        lobbyID = lobby.isAbsent ? "" : try lobby.string()
        playerID = try body.field("player").field("id").string()
    }
}
