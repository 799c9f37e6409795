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
                most: LobbyLimits.annotationValue,
                mayHaveLines: true
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
