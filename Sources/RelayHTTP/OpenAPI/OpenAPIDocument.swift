/// The description of the API that `/openapi.json` serves (OpenAPI 3.1), as text in the binary: the daemon is one file.
///
/// Each group of calls brings its paths and its schemas; a test compares the paths with the routes.
enum OpenAPIDocument {
    static let text = """
        {
        "openapi": "3.1.0",
        "info": \(info),
        "servers": [{"url": "/"}],
        "security": [{"apiKey": []}],
        "tags": [{"name": "Relay sessions"}, {"name": "Lobby manager"}, {"name": "Lobby service"}, {"name": "IP addresses"}, {"name": "Operations"}, {"name": "Dashboard"}],
        "paths": {\([relaySessionPaths, monitorPaths, lobbyManagerPaths, lobbyServicePaths, addressPaths, operationsPaths, dashboardPaths].joined(separator: ",\n"))},
        "components": {
          "securitySchemes": \(securitySchemes),
          "parameters": \(parameters),
          "responses": \(responses),
          "schemas": {\([commonSchemas, relaySessionSchemas, monitorSchemas, lobbySchemas, addressSchemas].joined(separator: ",\n"))}
        }
        }
        """

    private static let info = #"""
        {
          "title": "Causeway relay API",
          "version": "1.0.0",
          "description": "Creates and manages relay sessions. Errors are always {\"message\": \"...\"}. Every answer has an X-Request-Id, the request's own where it sent one of up to 128 characters of A-Z, a-z, 0-9 and -_.:/+=@,~; the relay's log has it too."
        }
        """#

    private static let securitySchemes = #"""
        {
          "apiKey": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`token <key>`; `Bearer <key>` and the bare key are accepted too. Scopes: sessions, lobbies, monitor (every GET, without tokens), read (every GET), admin."
          }
        }
        """#

    private static let parameters = #"""
        {
          "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Names the call, so that it can be sent again: for 24 hours the same key with the same body gets the same answer, and nothing happens a second time. Only answers with status 2xx are kept, the newest 10,000 of each API key.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$", "examples": ["8e03978e-40d5-43e8-bc93-6894a57f9324"]}
          }
        }
        """#

    private static let responses = #"""
        {
          "Invalid": {"description": "The request is not valid; the message says what to fix.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "example": {"message": "users[1].ip is \"x\", which is not an IP address; send an IPv4 or IPv6 literal"}}}},
          "Unauthorized": {"description": "No API key, or a wrong one.", "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "Forbidden": {"description": "The key lacks the scope for this call; on a lobby service: the caller is not who may do this, is a web page of an origin that is not named, or came through a proxy that the relay does not know.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "NotFound": {"description": "There is no such thing.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "Conflict": {"description": "The state of the thing forbids it; the message says why.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "Timeout": {"description": "The request did not arrive in time.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "TooLarge": {"description": "The body is too large.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "UnsupportedType": {"description": "A web page sent a body that is not application/json.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "Mismatch": {"description": "The Idempotency-Key came with another body before.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "TooMany": {"description": "The key makes too many of these calls.", "headers": {"Retry-After": {"description": "Seconds to wait.", "required": true, "schema": {"type": "integer", "minimum": 1}}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "Failure": {"description": "The relay failed; its log says why.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
          "Unavailable": {"description": "Not now: capacity used up, no relay matches the filters, or the relay is starting or stopping.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
        }
        """#

    private static let commonSchemas = #"""
        "Error": {
          "type": "object", "required": ["message"], "additionalProperties": false,
          "properties": {"message": {"type": "string", "minLength": 1, "description": "What happened and what to do."}}
        },
        "IPAddress": {
          "type": "string", "description": "An IPv4 or IPv6 literal.",
          "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}], "examples": ["198.51.100.7", "2001:db8::7"]
        }
        """#
}
