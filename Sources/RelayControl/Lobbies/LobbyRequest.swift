/// The body of a call that creates a lobby, already decoded and type-checked.
package struct LobbyRequest: Sendable, Equatable {
    package var name: String
    package var capacity: Int
    package var isJoinable: Bool
    package var playerID: String
    package var tags: [String]
    package var annotations: [LobbyAnnotation]

    package init(
        name: String,
        capacity: Int,
        isJoinable: Bool = true,
        playerID: String,
        tags: [String] = [],
        annotations: [LobbyAnnotation] = []
    ) {
        self.name = name
        self.capacity = capacity
        self.isJoinable = isJoinable
        self.playerID = playerID
        self.tags = tags
        self.annotations = annotations
    }

    /// - Throws: `.invalid`.
    func validate(maxPlayers: Int) throws(RelayError) {
        try LobbyRules.checkText(name, "name", most: LobbyLimits.name)
        try LobbyRules.checkText(playerID, "player.id", most: LobbyLimits.playerID)
        try LobbyRules.checkCapacity(capacity, maxPlayers: maxPlayers)
        try LobbyRules.checkTags(tags)
        guard annotations.count <= LobbyLimits.annotations else {
            throw RelayError(
                .invalid,
                "annotations has \(annotations.count) entries, at most \(LobbyLimits.annotations) are allowed"
            )
        }
        for (index, annotation) in annotations.enumerated() {
            try LobbyRules.checkText(annotation.key, "annotations[\(index)].key", most: LobbyLimits.annotationKey)
            try LobbyRules.checkLength(
                annotation.value,
                "annotations[\(index)].value",
                most: LobbyLimits.annotationValue
            )
        }
    }
}

/// The body of a call that changes a lobby; `nil` leaves as is.
package struct LobbyUpdate: Sendable, Equatable {
    package var capacity: Int?
    package var isJoinable: Bool?
    package var tags: [String]?

    package init(capacity: Int? = nil, isJoinable: Bool? = nil, tags: [String]? = nil) {
        self.capacity = capacity
        self.isJoinable = isJoinable
        self.tags = tags
    }
}

/// What a caller can get wrong, all `.invalid`.
enum LobbyRules {
    static func checkDeploymentName(_ name: String) throws(RelayError) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(name.utf8.count) else {
            throw RelayError(.invalid, "name must be 1 to 64 of letters, digits, '-' and '_'")
        }
    }

    static func checkText(_ text: String, _ field: String, most: Int) throws(RelayError) {
        guard !text.isEmpty else { throw RelayError(.invalid, "\(field) is empty; send 1 to \(most) bytes") }
        try checkLength(text, field, most: most)
    }

    static func checkLength(_ text: String, _ field: String, most: Int) throws(RelayError) {
        guard text.utf8.count <= most else {
            throw RelayError(.invalid, "\(field) has \(text.utf8.count) bytes, at most \(most) are allowed")
        }
    }

    static func checkCapacity(_ capacity: Int, maxPlayers: Int) throws(RelayError) {
        guard (1...max(1, maxPlayers)).contains(capacity) else {
            throw RelayError(
                .invalid,
                "capacity is \(capacity); send a whole number, 1 to \(maxPlayers) ('sessions.max_users')"
            )
        }
    }

    static func checkTags(_ tags: [String]) throws(RelayError) {
        guard tags.count <= LobbyLimits.tags else {
            throw RelayError(.invalid, "tags has \(tags.count) entries, at most \(LobbyLimits.tags) are allowed")
        }
        for (index, tag) in tags.enumerated() { try checkLength(tag, "tags[\(index)]", most: LobbyLimits.tag) }
    }
}
