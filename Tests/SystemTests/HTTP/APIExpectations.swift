import Testing

/// Expects an error of the API: the status, JSON, and a message that says something.
func expectError(
    _ response: HTTPResponse,
    _ status: Int,
    naming word: String? = nil,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(
        response.status == status,
        "\(comment?.rawValue ?? ""): \(response.text)",
        sourceLocation: sourceLocation
    )
    #expect(
        response.contentType.hasPrefix("application/json"),
        "content type \(response.contentType)",
        sourceLocation: sourceLocation
    )
    let json = try? response.json()
    let message = json?["message"]?.string ?? ""
    #expect(message.count > 3, "a message: \(response.text)", sourceLocation: sourceLocation)
    #expect(json?.containsNull == false, "no nulls: \(response.text)", sourceLocation: sourceLocation)
    if let word {
        #expect(
            message.lowercased().contains(word.lowercased()),
            "the message must name \(word): \(message)",
            sourceLocation: sourceLocation
        )
    }
}

/// Expects a JSON answer without nulls and returns it.
@discardableResult
func expectJSON(
    _ response: HTTPResponse,
    status: Int = 200,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> JSON {
    try #require(
        response.status == status,
        "\(comment?.rawValue ?? ""): \(response.text)",
        sourceLocation: sourceLocation
    )
    #expect(response.contentType.hasPrefix("application/json"), sourceLocation: sourceLocation)
    let json = try response.json()
    #expect(!json.containsNull, "no nulls: \(response.text)", sourceLocation: sourceLocation)
    return json
}
